import { mkdir } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { type ReadEntry, x } from 'tar';

/** Railway documents no limit; this one keeps a hostile archive from filling the disk. */
export const MAX_UNPACKED_BYTES = 4 * 1024 ** 3;

/** Unpacks an uploaded archive. Nothing is written, and no link points, outside `target`. */
export async function unpack(archive: string, target: string, signal: AbortSignal): Promise<{ files: number }> {
	await mkdir(target, { recursive: true, mode: 0o700 });
	let bytes = 0;
	let files = 0;
	let refused: Error | null = null;
	await x({
		file: archive,
		cwd: target,
		strict: true,
		filter: (path, entry) => {
			// Thrown in here it could not be caught, and would end the platform.
			if (signal.aborted) return false;
			refused ??= offence(path, entry as ReadEntry);
			if (refused) return false;
			bytes += entry.size ?? 0;
			files += 1;
			if (bytes > MAX_UNPACKED_BYTES)
				refused = new Error(`The archive unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
			return refused === null;
		},
	});
	signal.throwIfAborted();
	if (refused) throw refused as Error;
	return { files };
}

function offence(path: string, entry: ReadEntry): Error | null {
	if (escapes(path)) return new Error(`The archive holds a path outside its root: ${path}`);
	if (entry.type !== 'SymbolicLink' && entry.type !== 'Link') return null;
	const target = entry.linkpath ?? '';
	// A hard link names a path from the root of the archive, a symbolic one from its own folder.
	const resolved = entry.type === 'Link' ? target : join(path, '..', target);
	// Up again after a name: that name may be a link, and then `..` is not where it was counted to be.
	const steps = target.split('/').filter((step) => step !== '' && step !== '.');
	const winding = steps.some((step, at) => step === '..' && at > 0 && steps[at - 1] !== '..');
	if (isAbsolute(target) || winding || escapes(resolved))
		return new Error(`The archive holds a link to outside its root: ${path}`);
	return null;
}

function escapes(path: string): boolean {
	const clean = normalize(path);
	return isAbsolute(clean) || clean === '..' || clean.startsWith('../');
}
