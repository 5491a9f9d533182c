import { constants, existsSync, statSync } from 'node:fs';
import { cp, lstat, realpath, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findOnPath } from '../../find-on-path.ts';
import type { Action, Install, UploadView } from '../dockerfile/follow.ts';
import { BuildFailure, runStep, type StepContext } from '../run-step.ts';
import { type DependencyOptions, exists, install, withoutImagePaths } from './install.ts';
import { managerPath } from './manager.ts';

/** What a Dockerfile can be followed by: the unpacked upload. */
export function uploadView(root: string): UploadView {
	return {
		exists: (path) => existsSync(join(root, path)),
		isFolder: (path) => statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false,
		hasCommand: (folder, name) =>
			COMMON_TOOLS.has(name) || existsSync(join(root, folder, 'node_modules', '.bin', name)),
	};
}

/** Nothing is installed yet when the Dockerfile is read; these are called by their own name after a change of PATH. */
const COMMON_TOOLS = new Set([
	'tsc',
	'vite',
	'next',
	'nest',
	'tsup',
	'turbo',
	'nx',
	'prisma',
	'esbuild',
	'rollup',
	'webpack',
]);

/** Carries out on the upload what can be: one tree of `node_modules` a folder, swapped where stages have different ones. */
export function createWorkshop(root: string, options: DependencyOptions, context: StepContext) {
	const applied = new Map<string, Install>();
	const same = (a: Install | undefined, b: Install) => a?.text === b.text && a.env.NODE_ENV === b.env.NODE_ENV;
	async function ensure(installs: ReadonlyMap<string, Install>): Promise<void> {
		for (const [folder, wanted] of installs) {
			if (same(applied.get(folder), wanted)) continue;
			await install(root, wanted, options, context);
			applied.set(folder, wanted);
		}
	}
	async function run({
		folder,
		text,
		env,
		manager,
	}: Pick<Action & { kind: 'run' }, 'folder' | 'text' | 'env' | 'manager'>) {
		const cwd = join(root, folder);
		const path = await managerPath(manager ?? 'npm', cwd, options, context);
		const bins = [join(cwd, 'node_modules', '.bin'), join(root, 'node_modules', '.bin'), path].join(delimiter);
		refuseWithout('pulse', text, bins);
		await runStep(context, { command: text, cwd, env: { ...options.env, ...withoutImagePaths(env), PATH: bins } });
	}
	return {
		ensure,
		run,
		async carryOut(action: Action): Promise<void> {
			if (action.kind === 'copy') {
				if (await exists(join(root, action.from)))
					await cp(join(root, action.from), join(root, action.to), {
						recursive: true,
						force: true,
						verbatimSymlinks: true,
					});
				return;
			}
			await ensure(action.installed);
			const isLinked = options.nodeModules !== null;
			if (isLinked && action.alters)
				return context.log(`Left out, because the linked node_modules is not ours: ${action.text}`);
			for (const folder of isLinked ? [] : action.installed.keys()) await ownTree(join(root, folder, 'node_modules'));
			await run(action);
		},
		/** PATH for a start command that names a package manager. */
		managerPath(command: string): Promise<string> {
			const manager = (['pnpm', 'yarn', 'bun'] as const).find((name) =>
				new RegExp(`^(exec )?${name}\\b`).test(command),
			);
			return managerPath(manager ?? 'npm', root, options, context);
		},
		/** What the image does not have in the end must be missing here as well. */
		async finish(installs: ReadonlyMap<string, Install>): Promise<void> {
			await ensure(installs);
			for (const folder of applied.keys()) {
				if (!installs.has(folder)) await rm(join(root, folder, 'node_modules'), { recursive: true, force: true });
			}
		},
	};
}

/** Of the Python framework: what a shell would say of it does not say whose turn it is. */
export function refuseWithout(program: 'pulse', command: string, path: string): void {
	if (!new RegExp(`^((exec|[A-Za-z_]\\w*=\\S*|sh -c ["']?)\\s*)*${program}\\s`).test(command)) return;
	if (findOnPath(program, path) !== null) return;
	throw new BuildFailure(
		`"${command}" needs ${program}, and the PATH that this platform was started with has none. For a Python app activate its ` +
			'environment (it must hold pulse-framework), then: pulse-railway local down, and local up. For a Node app add pulse-app to its dependencies.',
	);
}

/** A tree of the cache is shared by every deployment: before something may write into it, this one gets a copy. */
async function ownTree(path: string): Promise<void> {
	const stats = await lstat(path).catch(() => null);
	if (!stats?.isSymbolicLink()) return;
	const shared = await realpath(path);
	await rm(path);
	await cp(shared, path, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
}
