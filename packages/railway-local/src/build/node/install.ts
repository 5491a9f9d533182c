import { createHash } from 'node:crypto';
import { copyFile, lstat, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../../world/ids.ts';
import type { Install } from '../dockerfile/follow.ts';
import { BuildFailure, type StepContext } from '../run-step.ts';
import { LOCK_FILES, managerPath } from './manager.ts';
import { withRegistry } from './registry.ts';

export interface DependencyOptions {
	/** Where installed trees are kept, by the hash of what they were installed from. */
	readonly cacheDir: string;
	/** An existing folder that is linked instead of installing. */
	readonly nodeModules: string | null;
	/** For npm: the machine's basics, never the platform's or the service's secrets. */
	readonly env: Readonly<Record<string, string>>;
}

/** Gives a folder of the upload the `node_modules` that the Dockerfile gives it. */
export async function install(
	root: string,
	{ folder, text, manager, frozen, whole, env }: Install,
	options: DependencyOptions,
	context: StepContext,
): Promise<void> {
	const here = join(root, folder);
	const target = join(here, 'node_modules');
	const manifest = await read(join(here, 'package.json'));
	if (manifest === null) throw new BuildFailure(`"${text}" finds no package.json in ${place(folder)} of the upload.`);
	if (await linked(folder, target, options, context)) return;
	const lock = await firstOf(here, LOCK_FILES[manager]);
	if (frozen && lock === null) {
		throw new BuildFailure(
			`"${text}" needs ${LOCK_FILES[manager][0]} in ${place(folder)} of the upload, and it is not there. Make it with "${manager} install", and see that no ignore file leaves it out.`,
		);
	}
	await rm(target, { recursive: true, force: true });
	const path = await managerPath(manager, here, options, context);
	const step = { command: text, env: { ...options.env, ...withoutImagePaths(env), PATH: path } };
	const run = (cwd: string) => withRegistry({ ...step, cwd }, context);
	if (manager !== 'npm' || lock === null || whole || !frozen || !standsAlone(manifest, lock)) {
		context.log('Installing in place, not cached.');
		return run(here);
	}
	const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`);
	hash.update(JSON.stringify([text, env.NODE_ENV ?? null, manifest, lock, await read(join(here, '.npmrc'))]));
	const cached = join(options.cacheDir, hash.digest('hex').slice(0, 32));
	if (await exists(join(cached, 'node_modules'))) context.log('Dependencies: cached by package-lock.json.');
	else await fillCache(here, cached, run);
	await symlink(join(cached, 'node_modules'), target);
}

/** The machine's own tree instead: the one that was given for the root, and beside it those of other folders. */
async function linked(folder: string, target: string, { nodeModules }: DependencyOptions, { log }: StepContext) {
	if (nodeModules === null) return false;
	if (await exists(target)) {
		log('Using the node_modules that were uploaded.');
		return true;
	}
	const source = folder === '.' ? nodeModules : join(dirname(nodeModules), folder, 'node_modules');
	if (!(await exists(source))) return false;
	await symlink(source, target);
	log(`Linked node_modules from ${source}.`);
	return true;
}

/** Installs beside the cache and renames, so that an interrupted install is never taken for a whole one. */
async function fillCache(here: string, cached: string, run: (cwd: string) => Promise<void>) {
	const staging = `${cached}.${newId()}`;
	await mkdir(join(staging, 'node_modules'), { recursive: true });
	try {
		for (const name of ['package.json', ...LOCK_FILES.npm, '.npmrc']) {
			await copyFile(join(here, name), join(staging, name)).catch((error: NodeJS.ErrnoException) => {
				if (error.code !== 'ENOENT') throw error;
			});
		}
		await run(staging);
		await rename(staging, cached).catch(async (error: NodeJS.ErrnoException) => {
			// Another build of the same lock file was faster.
			if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
		});
	} finally {
		await rm(staging, { recursive: true, force: true });
	}
}

/** Scripts of the app itself, and packages that are linked from its folders, need more than manifest and lock file. */
function standsAlone(manifest: string, lock: string): boolean {
	const { workspaces, scripts } = JSON.parse(manifest) as { workspaces?: unknown; scripts?: Record<string, string> };
	const packages =
		(JSON.parse(lock) as { packages?: Record<string, { link?: boolean; resolved?: string }> }).packages ?? {};
	return (
		workspaces === undefined &&
		!['preinstall', 'install', 'postinstall', 'prepare'].some((name) => scripts?.[name] !== undefined) &&
		!Object.values(packages).some((entry) => entry.link || entry.resolved?.startsWith('file:'))
	);
}

/** Values that name the image's own file system. */
export function withoutImagePaths(env: Readonly<Record<string, string>>): Record<string, string> {
	const { PATH: _path, HOME: _home, TMPDIR: _tmp, ...rest } = env;
	return rest;
}

async function firstOf(dir: string, names: readonly string[]): Promise<string | null> {
	for (const name of names) {
		const text = await read(join(dir, name));
		if (text !== null) return text;
	}
	return null;
}

const place = (folder: string): string => (folder === '.' ? 'the root' : folder);
const read = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
export const exists = (path: string): Promise<boolean> =>
	stat(path).then(
		() => true,
		() =>
			lstat(path).then(
				() => true,
				() => false,
			),
	);
