import { existsSync, readFileSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { delimiter, join, relative, resolve } from 'node:path';
import { DockerfileError } from 'pulse-deploy-kit/dockerfile/dockerfile-error';
import { escapePattern } from 'pulse-deploy-kit/escape-pattern';
import { findOnPath } from '../find-on-path.ts';
import type { BuildInput, Built } from './build.ts';
import { dependencyCommands, writeCommands } from './commands.ts';
import { buildImage } from './container-image.ts';
import { type FollowedDockerfile, followDockerfile, type Install } from './dockerfile/follow.ts';
import type { PackageManager } from './dockerfile/node-command.ts';
import { type DockerfileFacts, readDockerfile } from './dockerfile.ts';
import { createWorkshop, refuseWithout, uploadView } from './node/carry-out.ts';
import { LOCK_FILES, managerOf } from './node/manager.ts';
import { activated, installPython } from './python/install.ts';
import { writePythonSite } from './python/stay-on-loopback.ts';
import { BuildFailure, type StepContext } from './run-step.ts';
import { unpack } from './unpack.ts';

type Followed = Pick<
	FollowedDockerfile,
	'actions' | 'installed' | 'workdir' | 'skipped' | 'notCopied' | 'python' | 'pythonImage'
>;

const PYTHON = ['pyproject.toml', 'requirements.txt'];

/** Unpacks, installs and builds as the Dockerfile says, as far as that can be done on the upload itself. */
export async function buildSource(input: BuildInput, archive: string, context: StepContext): Promise<Built> {
	const { settings, variables, dependencies } = input;
	const { log, signal } = context;
	const app = join(input.dir, 'app');
	const { files } = await unpack(archive, app, signal).catch((error: Error) => {
		signal.throwIfAborted();
		throw new BuildFailure(`The upload cannot be unpacked: ${error.message}`);
	});
	log(`Unpacked ${files} files and folders.`);
	const root = await inside(app, settings.rootDirectory ?? '.');
	const image = await containerImage(root, input, context);
	if (image !== null) return image;
	const manifest = await packageScripts(root);
	const docker = await dockerfile(root, input, context);
	const plan: Followed = docker?.followed ?? withoutDockerfile(root, manifest, dependencies.nodeModules !== null);
	const buildCommand = input.buildCommand ?? settings.buildCommand;
	const workshop = createWorkshop(root, dependencies, context);
	const installed = new Map(plan.installed);
	// Given on purpose, a linked tree is there whatever the Dockerfile says.
	const link = { manager: 'npm', folder: '.', text: 'npm ci', frozen: false, whole: false, env: {} } as const;
	if (manifest !== null && dependencies.nodeModules !== null && !installed.has('.')) installed.set('.', link);
	if (buildCommand === null) for (const action of plan.actions) await workshop.carryOut(action);
	else {
		const builder = plan.actions.findLast((action) => action.kind === 'run');
		await workshop.ensure(builder?.installed ?? installed);
		if (buildCommand !== '')
			await workshop.run({ folder: '.', text: buildCommand, env: variables, manager: managerOf(root) });
	}
	await workshop.finish(installed);
	const python = plan.python.length === 0 ? null : await pythonEnvironment(input, root, plan, context);
	if (docker === null && PYTHON.some((name) => existsSync(join(root, name)))) {
		log("Python dependencies are not installed here: the app runs with this machine's interpreter.");
	}
	const cwd = plan.workdir === null ? root : join(root, plan.workdir);
	if (!existsSync(cwd)) throw new BuildFailure(`The Dockerfile starts in ${plan.workdir}, which nothing made.`);
	const commands = await writeCommands(join(input.dir, 'bin'), {
		...(await dependencyCommands(root)),
		...(await dependencyCommands(cwd)),
	});
	const path = [
		...(python?.bin ?? []),
		join(cwd, 'node_modules', '.bin'),
		join(root, 'node_modules', '.bin'),
		commands,
	];
	const ofImage = docker?.facts.command && onUpload(docker.facts.command, docker.facts.workdir);
	const command = settings.startCommand ?? ofImage ?? (manifest?.start ? 'npm run start' : null);
	if (command === null) {
		throw new BuildFailure('No start command was found: set one, or a CMD in the Dockerfile, or a start script.');
	}
	const toolPath = await workshop.managerPath(command);
	const whole = [...path, toolPath, input.path].join(delimiter);
	refuseWithout('pulse', command, whole);
	refuseImageProgram(command, cwd, whole, [...plan.skipped, ...plan.notCopied]);
	log(`Start command: ${command}`);
	const skipped = buildCommand === null ? leftOut(plan) : [];
	return { command, cwd, path: whole, env: { ...docker?.facts.env, ...python?.env }, skipped };
}

/** The real image, where there is an engine and a Dockerfile; `null`: it is followed on the upload. */
async function containerImage(root: string, input: BuildInput, context: StepContext): Promise<Built | null> {
	const { containers, deploymentId, variables } = input;
	if (containers === null) return null;
	const found = await dockerfileText(root, input);
	if (found === null) return null;
	// Its store and its public address are at 127.0.0.1 of this machine, which in a container is another one.
	if (variables.PULSE_APP_FILE !== undefined) {
		context.log('A Pulse app runs as a process of this machine, with --containers too.');
		return null;
	}
	return buildImage(input, { root, deploymentId, ...found }, containers, context);
}

async function dockerfileText(root: string, { settings, variables }: Pick<BuildInput, 'settings' | 'variables'>) {
	const named = variables.RAILWAY_DOCKERFILE_PATH ?? settings.dockerfilePath;
	const file = named ?? 'Dockerfile';
	const text = await readFile(await inside(root, file), 'utf8').catch(() => null);
	if (text !== null) return { file, text };
	if (named) throw new BuildFailure(`Dockerfile not found in the upload: ${named}`);
	return null;
}

async function dockerfile(
	root: string,
	input: BuildInput,
	{ log }: StepContext,
): Promise<{ facts: DockerfileFacts; followed: FollowedDockerfile } | null> {
	const { variables, buildCommand } = input;
	const found = await dockerfileText(root, input);
	if (found === null) return null;
	const { file: path, text } = found;
	try {
		const facts = readDockerfile(text, variables);
		const view = uploadView(root);
		// With another command in place of its lines, what they copy need not be there either.
		const all = followDockerfile(facts.stages, buildCommand === null ? view : { ...view, exists: () => true });
		// A Pulse app runs with what the machine's environment has: its framework is not always to be had from a registry.
		const isPulse = variables.PULSE_APP_FILE !== undefined;
		const notInstalled = isPulse || buildCommand !== null ? all.python : [];
		const followed = {
			...all,
			python: notInstalled.length > 0 ? [] : all.python,
			skipped: [...all.skipped, ...notInstalled.map(({ text }) => text)],
			// The tool itself is had from the machine, or fetched.
			notCopied: all.notCopied.filter((line) => all.python.length === 0 || !/\/astral-sh\/uv[:@\s]/.test(line)),
		};
		const left = [...facts.notApplied, ...(buildCommand === null ? leftOut(followed) : [])];
		log(`${path}: this platform has no container engine and follows it on the upload itself.`);
		if (left.length > 0) log('Not carried out:');
		for (const line of left) log(`  ${line}`);
		return { facts, followed };
	} catch (error) {
		if (error instanceof DockerfileError) throw new BuildFailure(`${path}: ${error.message}`);
		throw error;
	}
}

/** With the packages of a Python app, what its processes need to find them. */
async function pythonEnvironment(
	{ dir, dependencies }: BuildInput,
	root: string,
	{ python, pythonImage }: Followed,
	context: StepContext,
): Promise<{ readonly bin: readonly string[]; readonly env: Readonly<Record<string, string>> }> {
	const environment = await installPython(root, python, pythonImage, dependencies, context);
	const site = await writePythonSite(join(dir, 'python-site'));
	const { VIRTUAL_ENV } = activated(environment, '');
	return { bin: [join(environment, 'bin')], env: { VIRTUAL_ENV, PYTHONPATH: site } };
}

/** The image's working folder is the one that the command starts in. */
function onUpload(command: string, workdir: string): string {
	const folder = escapePattern(workdir);
	return workdir === '/' ? command : command.replaceAll(new RegExp(`(?<=^|[\\s="'])${folder}/`, 'g'), './');
}

/** The program would be made by a line of the Dockerfile that this builder does not carry out. */
function refuseImageProgram(command: string, cwd: string, path: string, left: readonly string[]): void {
	const program = /^[\w./+-]+/.exec(command)?.[0] ?? '';
	if (left.length === 0 || program === '' || /^(exec|cd|export|set|if|for|while|\.)$/.test(program)) return;
	if (program.includes('/') ? existsSync(resolve(cwd, program)) : findOnPath(program, path) !== null) return;
	throw new BuildFailure(
		`"${command}" needs ${program}, which is not on this machine. Only a container engine can carry out: ${left[0]?.replace(/\s+/g, ' ')}`,
	);
}

/** Instructions, each in one line. */
const leftOut = ({ skipped, notCopied }: Pick<FollowedDockerfile, 'skipped' | 'notCopied'>): string[] =>
	[...skipped.map((line) => `RUN ${line}`), ...notCopied].map((line) => line.replace(/\s+/g, ' '));

/** As Railway's own builder: by the lock file that stands there, and then the `build` script. */
function withoutDockerfile(
	root: string,
	scripts: Readonly<Record<string, string>> | null,
	isLinked: boolean,
): Followed {
	const nothing = { workdir: null, skipped: [], notCopied: [], python: [], pythonImage: null };
	if (scripts === null) return { ...nothing, actions: [], installed: new Map() };
	const manager = managerOf(root);
	const frozen = LOCK_FILES[manager].some((name) => existsSync(join(root, name)));
	const text = manager === 'npm' ? (frozen ? 'npm ci' : 'npm install') : frozenInstall(manager, root);
	const installed = new Map<string, Install>();
	// Uploaded with the source it is taken as it is, as there.
	if (isLinked || !existsSync(join(root, 'node_modules'))) {
		installed.set('.', { manager, folder: '.', text, frozen, whole: false, env: {} });
	}
	const run = {
		kind: 'run',
		folder: '.',
		text: `${manager} run build`,
		env: {},
		manager,
		alters: false,
		installed,
	} as const;
	return { ...nothing, actions: scripts.build ? [run] : [], installed };
}

const frozenInstall = (manager: PackageManager, root: string): string => {
	const isModern = manager === 'yarn' && readFileSync(join(root, 'yarn.lock'), 'utf8').includes('__metadata:');
	return `${manager} install ${isModern ? '--immutable' : '--frozen-lockfile'}`;
};

async function inside(root: string, path: string): Promise<string> {
	const target = join(root, path);
	const real = await realpath(target).catch(() => target);
	const away = relative(await realpath(root), real);
	if (away === '..' || away.startsWith('../')) throw new BuildFailure(`A path leads outside the upload: ${path}`);
	return target;
}

async function packageScripts(root: string): Promise<Record<string, string> | null> {
	const text = await readFile(join(root, 'package.json'), 'utf8').catch(() => null);
	return text === null ? null : ((JSON.parse(text) as { scripts?: Record<string, string> }).scripts ?? {});
}
