import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface FileModes {
	readonly file?: number;
	/** Of folders that are made. */
	readonly folder?: number;
}

/** Temporary file, flush, rename: a reader sees the old text or the new one, also after a crash. Folders are made. */
export async function replaceFile(path: string, text: string, modes: FileModes = {}): Promise<void> {
	await mkdir(dirname(path), { recursive: true, mode: modes.folder });
	const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
	try {
		const file = await open(temporary, 'wx', modes.file);
		try {
			await file.writeFile(text);
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
}
