import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findOnPath } from '../../find-on-path.ts';
import { newId } from '../../world/ids.ts';
import type { PackageManager } from '../dockerfile/node-command.ts';
import type { StepContext } from '../run-step.ts';
import type { DependencyOptions } from './install.ts';
import { withRegistry } from './registry.ts';

export const LOCK_FILES: Readonly<Record<PackageManager, readonly [string, ...string[]]>> = {
	npm: ['package-lock.json', 'npm-shrinkwrap.json'],
	pnpm: ['pnpm-lock.yaml'],
	yarn: ['yarn.lock'],
	bun: ['bun.lock', 'bun.lockb'],
};

/** The manager whose lock file stands in a folder; npm where there is none. */
export function managerOf(dir: string): PackageManager {
	const found = (['pnpm', 'yarn', 'bun'] as const).find((name) =>
		LOCK_FILES[name].some((file) => existsSync(join(dir, file))),
	);
	return existsSync(join(dir, 'package-lock.json')) ? 'npm' : (found ?? 'npm');
}

/** PATH with a package manager on it: the machine's, else one that is fetched once and kept. */
export async function managerPath(
	manager: PackageManager,
	dir: string,
	options: DependencyOptions,
	context: StepContext,
): Promise<string> {
	const path = options.env.PATH ?? '';
	if (manager === 'npm' || findOnPath(manager, path) !== null) return path;
	const spec = await wanted(manager, dir);
	const home = join(options.cacheDir, `tool-${spec.replace(/[^\w.-]/g, '_')}`);
	const bin = join(home, 'node_modules', '.bin');
	if (!existsSync(bin)) {
		context.log(`${manager} is not on this machine: fetching ${spec}.`);
		const staging = `${home}.${newId()}`;
		await mkdir(staging, { recursive: true });
		try {
			await writeFile(join(staging, 'package.json'), '{"private":true}');
			await withRegistry({ command: `npm install --no-save ${spec}`, cwd: staging, env: options.env }, context);
			await rename(staging, home).catch((error: NodeJS.ErrnoException) => {
				if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
			});
		} finally {
			await rm(staging, { recursive: true, force: true });
		}
	}
	return [bin, path].join(delimiter);
}

/** As `packageManager` names it, else what wrote the lock file. */
async function wanted(manager: PackageManager, dir: string): Promise<string> {
	const read = (name: string) => readFile(join(dir, name), 'utf8').catch(() => '');
	const [, named, version] = /"packageManager"\s*:\s*"(\w+)@(\d[\w.-]*)/.exec(await read('package.json')) ?? [];
	const own = named === manager ? version : undefined;
	if (manager === 'yarn') {
		const classic = own === undefined ? !(await read('yarn.lock')).includes('__metadata:') : own.startsWith('1.');
		return classic ? `yarn@${own ?? '1.22.22'}` : `@yarnpkg/cli-dist@${own ?? '4'}`;
	}
	if (own !== undefined) return `${manager}@${own}`;
	if (manager === 'bun') return 'bun@1';
	const lock = /^lockfileVersion:\s*'?([\d.]+)/m.exec(await read('pnpm-lock.yaml'))?.[1] ?? '9.0';
	return `pnpm@${lock.startsWith('5') ? '7' : lock.startsWith('6') ? '8' : '9'}`;
}
