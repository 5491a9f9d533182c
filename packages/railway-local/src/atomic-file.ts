import { renameSync, writeFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Durable: temporary file, flush, rename, flush of the folder. Readable by the owner alone. */
export async function writeDurably(path: string, text: string): Promise<void> {
	const temporary = `${path}.tmp`;
	const file = await open(temporary, 'w', 0o600);
	try {
		await file.writeFile(text);
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(temporary, path);
	const folder = await open(dirname(path), 'r');
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}

/** Readers see the old or the new text, never half of it. Not flushed: for files that a restart writes anew. */
export function replaceFile(path: string, text: string): void {
	const temporary = `${path}.tmp`;
	writeFileSync(temporary, text, { mode: 0o600 });
	renameSync(temporary, path);
}
