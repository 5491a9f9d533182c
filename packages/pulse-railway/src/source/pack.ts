import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { roomAdvice, temporaryFolder } from 'pulse-deploy-kit/temporary-folder';
import { create, type WriteEntry } from 'tar';
import type { SourceArchive } from '../platform/port.ts';
import type { SourceFiles } from './list-files.ts';

export interface PackedSource extends SourceArchive {
	readonly warnings: readonly string[];
	/** Deletes the temporary file. */
	dispose(): Promise<void>;
}

/** Of the temporary directories that archives are packed in. */
export const ARCHIVE_PREFIX = 'pulse-source-';

/** Railway's limit is not published; refusals were seen from 40 MB on, and often above 200 MB (docs/platform-facts/railway.md §3). */
const LARGE_BYTES = 100_000_000;

/**
 * Packs the files as `railway up` does, on disk: memory use stays flat, the length is known before sending, and a failed
 * upload can be repeated. Directories are readable by this user alone.
 */
export async function pack(
	files: SourceFiles,
	signal: AbortSignal,
	onProgress: (packedEntries: number) => void = () => {},
): Promise<PackedSource> {
	const directory = await temporaryFolder(ARCHIVE_PREFIX);
	const path = join(directory, 'source.tgz');
	const dispose = () => rm(directory, { recursive: true, force: true });
	try {
		let packed = 0;
		const archive = create(
			{
				cwd: files.context,
				gzip: true,
				portable: true,
				follow: true,
				noDirRecurse: true,
				strict: true,
				linkCache: new NoLinks(),
				onWriteEntry(entry) {
					asRailwayUp(entry);
					onProgress(++packed);
				},
			},
			[...files.entries],
		);
		const bytes = Readable.from(archive);
		// Its iterator hears of errors only while it waits for bytes: one between two of them would end the process.
		archive.on('error', (error) => bytes.destroy(error as Error));
		await pipeline(bytes, createWriteStream(path, { mode: 0o600 }), { signal });
		const { size } = await stat(path);
		const warnings = size > LARGE_BYTES ? [tooLarge(size)] : [];
		return { bytes: size, warnings, open: () => createReadStream(path), dispose };
	} catch (error) {
		await dispose();
		if (signal.aborted) throw signal.reason;
		throw new DeployToolError('source-unreadable', `Cannot pack the build context: ${(error as Error).message}`, {
			fault: 'user',
			next: isFull(error)
				? roomAdvice()
				: 'Make sure that no file changes during the deploy and that all are readable, then run the command again.',
			cause: error,
		});
	}
}

const isFull = (error: unknown) => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * A file with several names goes up as several files: not every unpacker takes hard links. For the library every such file
 * has been packed before, and outside of the context: while it thinks of it as new, it waits for itself.
 */
class NoLinks extends Map<`${number}:${number}`, string> {
	override get(): string {
		return 'elsewhere';
	}
}

/** Of a file's state its mode goes up whole, write bits of group and others included, and its time; not who owns it. */
function asRailwayUp(entry: WriteEntry): void {
	const { stat } = entry;
	if (stat === undefined) return;
	const { mode, size, mtime } = stat;
	entry.portable = false;
	entry.stat = Object.assign(Object.create(Object.getPrototypeOf(stat)), { mode, size, mtime });
}

function tooLarge(bytes: number): string {
	return `the source archive has ${Math.round(bytes / 1e6)} MB, and Railway may refuse it: leave files out with .railwayignore`;
}
