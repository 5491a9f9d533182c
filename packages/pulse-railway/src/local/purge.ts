import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployToolError } from 'pulse-deploy-kit/errors';

/** Removes a platform's folder. Refuses one that does not look like it: the path came from a command line. */
export async function purge(dir: string): Promise<boolean> {
	if (!existsSync(dir)) return false;
	if (!existsSync(join(dir, 'processes')) || !existsSync(join(dir, 'snapshots'))) {
		throw new DeployToolError(
			'local-not-a-platform',
			`${dir} is not the folder of a local platform; nothing was removed.`,
			{
				fault: 'user',
				next: 'Give the folder that local up was started with: --dir <path>',
			},
		);
	}
	await rm(dir, { recursive: true, force: true, maxRetries: 5 });
	return true;
}
