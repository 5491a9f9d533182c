import { lstat, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARCHIVE_PREFIX } from './pack.ts';

/** No deploy takes so long. */
const OLD_MS = 24 * 3_600_000;

/** Deletes what killed deploys of this user left in the temporary directory. It is courtesy: a failure is not told. */
export async function sweepArchives(now: number, directory = tmpdir()): Promise<void> {
	// Not `userInfo`, which throws in a container whose user has no name.
	const uid = process.getuid?.();
	const names = (await readdir(directory).catch(() => [])).filter((name) => name.startsWith(ARCHIVE_PREFIX));
	for (const path of names.map((name) => join(directory, name))) {
		// Not `stat`: another user's link must not lead us to a folder of this user.
		const found = await lstat(path).catch(() => null);
		if (!found?.isDirectory() || found.uid !== uid || now - found.mtimeMs < OLD_MS) continue;
		await rm(path, { recursive: true, force: true }).catch(() => {});
	}
}
