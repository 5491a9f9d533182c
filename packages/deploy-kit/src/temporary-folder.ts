import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeployToolError } from './errors.ts';

/**
 * A new folder that this user alone can read; the caller deletes it.
 * @throws DeployToolError `temporary-folder`
 */
export async function temporaryFolder(prefix: string): Promise<string> {
	try {
		return await mkdtemp(join(tmpdir(), prefix));
	} catch (cause) {
		throw new DeployToolError('temporary-folder', `Cannot make a temporary folder: ${(cause as Error).message}`, {
			fault: 'user',
			next: roomAdvice(),
			cause,
		});
	}
}

/** For what has no place in the folder of temporary files. */
export function roomAdvice(): string {
	return `Make sure that ${tmpdir()} is there, can be written and has room, or name another folder by TMPDIR.`;
}
