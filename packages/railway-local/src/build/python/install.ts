import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { findOnPath } from '../../find-on-path.ts';
import { shellQuote } from '../../shell-quote.ts';
import { newId } from '../../world/ids.ts';
import type { PythonInstall } from '../dockerfile/follow.ts';
import type { PythonTool } from '../dockerfile/python-command.ts';
import { type DependencyOptions, withoutImagePaths } from '../node/install.ts';
import { BuildFailure, runStep, type StepContext } from '../run-step.ts';
import { interpreterFor } from './interpreter.ts';

/** What an install reads besides the files that it names. */
const MANIFESTS = ['pyproject.toml', 'uv.lock', 'poetry.lock', 'setup.py', 'setup.cfg', 'requirements.txt'];

/**
 * A virtual environment with what the Dockerfile installs, kept by the hash of that and of the files that say which.
 * @returns its folder
 */
export async function installPython(
	root: string,
	installs: readonly PythonInstall[],
	image: string | null,
	options: DependencyOptions,
	context: StepContext,
): Promise<string> {
	const python = await interpreterFor(image, options.env, context);
	const hash = createHash('sha256').update(`${python.version} ${process.platform} ${process.arch}\n`);
	for (const { tool, words, folder, files } of installs) {
		hash.update(JSON.stringify([tool, words, folder]));
		for (const file of [...files, ...MANIFESTS.map((name) => join(folder, name))]) {
			hash.update(JSON.stringify([file, await readFile(join(root, file), 'utf8').catch(() => null)]));
		}
	}
	// A project that is installed itself is part of what was uploaded, and linked from there.
	const own = installs.some(installsItself);
	const name = `python-${hash.digest('hex').slice(0, 32)}`;
	const kept = join(options.cacheDir, name);
	if (!own && (await exists(join(kept, 'bin', 'python')))) {
		context.log('Python packages: cached by what the Dockerfile installs.');
		return kept;
	}
	// Its scripts name its folder, so it is made where it stays, and linked by its name when it is whole.
	const made = own ? join(root, '..', 'python') : `${kept}.${newId()}`;
	await mkdir(dirname(made), { recursive: true });
	const venv = `${shellQuote(python.path)} -m venv ${shellQuote(made)}`;
	await runStep(context, { command: venv, cwd: root, env: options.env });
	try {
		for (const install of installs) await carryOut(root, install, made, python.path, options, context);
	} catch (error) {
		await rm(made, { recursive: true, force: true });
		throw error;
	}
	if (own) return made;
	try {
		await symlink(made, kept);
	} catch (error) {
		// Another build of the same packages was faster.
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		await rm(made, { recursive: true, force: true });
	}
	return kept;
}

/** PATH and the like, as in an environment that was activated. */
export function activated(environment: string, path: string): { readonly PATH: string; readonly VIRTUAL_ENV: string } {
	return { PATH: [join(environment, 'bin'), path].join(delimiter), VIRTUAL_ENV: environment };
}

async function carryOut(
	root: string,
	{ tool, words, folder, files, env }: PythonInstall,
	environment: string,
	python: string,
	options: DependencyOptions,
	context: StepContext,
): Promise<void> {
	for (const file of files) {
		if (!(await exists(join(root, file))))
			throw new BuildFailure(`"pip install" needs ${file}, which is not in the upload.`);
	}
	const path = tool === 'pip' ? '' : await toolPath(tool, python, options, context);
	const program = tool === 'pip' ? 'python -m pip' : tool;
	await runStep(context, {
		command: [program, ...words.map(shellQuote)].join(' '),
		cwd: join(root, folder),
		env: {
			...options.env,
			...withoutImagePaths(env),
			...activated(environment, [path, options.env.PATH].filter(Boolean).join(delimiter)),
			PIP_DISABLE_PIP_VERSION_CHECK: '1',
			UV_PROJECT_ENVIRONMENT: environment,
			UV_PYTHON_DOWNLOADS: 'never',
			POETRY_NO_INTERACTION: '1',
		},
	});
}

/** The machine's, else one that is fetched once and kept. */
async function toolPath(
	tool: Exclude<PythonTool, 'pip'>,
	python: string,
	options: DependencyOptions,
	context: StepContext,
): Promise<string> {
	if (findOnPath(tool, options.env.PATH ?? '') !== null) return '';
	const home = join(options.cacheDir, `tool-${tool}`);
	if (!(await exists(join(home, 'bin', tool)))) {
		context.log(`${tool} is not on this machine: fetching it.`);
		const env = { ...options.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' };
		const [from, to] = [shellQuote(python), shellQuote(home)];
		const command = `${from} -m venv ${to} && ${to}/bin/python -m pip install --quiet ${tool}`;
		await runStep(context, { command, cwd: options.cacheDir, env });
	}
	return join(home, 'bin');
}

/** What is uploaded becomes part of the environment: `pip install .`, and projects of uv and poetry that are packages. */
function installsItself({ tool, words }: PythonInstall): boolean {
	if (tool === 'pip')
		return words.some((word) => word === '-e' || /^(-e|--editable|\.)/.test(word) || word.startsWith('./'));
	return !words.some((word) => word === '--no-install-project' || word === '--no-root');
}

const exists = (path: string): Promise<boolean> =>
	stat(path).then(
		() => true,
		() => false,
	);
