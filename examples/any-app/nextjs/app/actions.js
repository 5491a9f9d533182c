'use server';

import { revalidatePath } from 'next/cache';
import { notes } from './notes.js';

export async function keep(data) {
	notes.push(data.get('text'));
	revalidatePath('/');
}

export async function upload(data) {
	const file = data.get('file');
	notes.push(`${file.name}, ${file.size} bytes`);
	revalidatePath('/');
}
