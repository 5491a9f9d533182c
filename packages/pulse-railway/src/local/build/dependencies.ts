import { createHash } from 'node:crypto';
import { copyFile, lstat, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../world/ids.ts';
import { runStep, type StepContext } from './run-step.ts';

export interface DependencyOptions {
	/** Where installed trees are kept, by the hash of what they were installed from. */
	readonly cacheDir: string;
	/** An existing folder that is linked instead of installing. */
	readonly nodeModules: string | null;
	/** For npm: the machine's basics, never the platform's or the service's secrets. */
	readonly env: Readonly<Record<string, string>>;
}

/** Gives a Node app its `node_modules`; does nothing for anything else. */
export async function installDependencies(
	root: string,
	options: DependencyOptions,
	context: StepContext,
): Promise<void> {
	const manifest = await read(join(root, 'package.json'));
	if (manifest === null) {
		if ((await read(join(root, 'pyproject.toml'))) ?? (await read(join(root, 'requirements.txt')))) {
			context.log("Python dependencies are not installed here: the app runs with this machine's interpreter.");
		}
		return;
	}
	const target = join(root, 'node_modules');
	if (await exists(target)) return context.log('Using the node_modules that were uploaded.');
	if (options.nodeModules !== null) {
		await symlink(options.nodeModules, target);
		return context.log(`Linked node_modules from ${options.nodeModules}.`);
	}
	const lock = await read(join(root, 'package-lock.json'));
	if (lock === null) {
		context.log('No package-lock.json: dependencies are resolved anew and not cached.');
		return runStep(context, { command: 'npm install --omit=dev --no-audit --no-fund', cwd: root, env: options.env });
	}
	if (isWorkspace(manifest, lock)) {
		context.log('The lock file links local packages: installing in place, not cached.');
		return runStep(context, { command: 'npm ci --omit=dev --no-audit --no-fund', cwd: root, env: options.env });
	}
	const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`);
	const cached = join(options.cacheDir, hash.update(manifest).update('\0').update(lock).digest('hex').slice(0, 32));
	if (await exists(join(cached, 'node_modules'))) context.log('Dependencies: cached by package-lock.json.');
	else await fillCache(root, cached, options, context);
	await symlink(join(cached, 'node_modules'), target);
}

/** Installs beside the cache and renames, so that an interrupted install is never taken for a whole one. */
async function fillCache(root: string, cached: string, options: DependencyOptions, context: StepContext) {
	const staging = `${cached}.${newId()}`;
	await mkdir(join(staging, 'node_modules'), { recursive: true });
	try {
		for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
			await copyFile(join(root, name), join(staging, name)).catch((error: NodeJS.ErrnoException) => {
				if (error.code !== 'ENOENT') throw error;
			});
		}
		await runStep(context, {
			command: 'npm ci --omit=dev --no-audit --no-fund',
			cwd: staging,
			env: options.env,
		});
		await rename(staging, cached).catch(async (error: NodeJS.ErrnoException) => {
			// Another build of the same lock file was faster.
			if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
		});
	} finally {
		await rm(staging, { recursive: true, force: true });
	}
}

function isWorkspace(manifest: string, lock: string): boolean {
	const packages = (JSON.parse(lock) as { packages?: Record<string, { link?: boolean }> }).packages ?? {};
	return 'workspaces' in (JSON.parse(manifest) as object) || Object.values(packages).some((entry) => entry.link);
}

const read = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
const exists = (path: string): Promise<boolean> =>
	stat(path).then(
		() => true,
		() =>
			lstat(path).then(
				() => true,
				() => false,
			),
	);
