import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { readBuildsFolder } from '../builds-folder.ts';
import { formerContainers } from '../containers/containers.ts';

/** Removes a platform's folder. Refuses one that does not look like it: the path came from a command line. */
export async function purge(dir: string, env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
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
	const containers = formerContainers(resolve(dir), env);
	await containers?.removeAll().catch(() => {});
	await containers?.removeImages(() => false).catch(() => {});
	const builds = readBuildsFolder(resolve(dir));
	if (builds !== null) await rm(builds, { recursive: true, force: true, maxRetries: 5 });
	await rm(dir, { recursive: true, force: true, maxRetries: 5 });
	// `.pulse/local` was made with what is above it, which others may be using by now.
	const above = dirname(resolve(dir));
	if (basename(above) === '.pulse') await rmdir(above).catch(() => {});
	return true;
}
