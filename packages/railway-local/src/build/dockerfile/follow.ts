import { posix } from 'node:path';
import { DockerfileError } from './dockerfile-error.ts';
import { type ImagePaths, imagePaths, within } from './image-paths.ts';
import { type NodeCommand, nodeCommand, type PackageManager } from './node-command.ts';
import { type RunCommand, runCommands } from './run-commands.ts';
import { type Stage, type StageStep, sourceStage } from './stages.ts';
import { jsonWords } from './words.ts';

/** What is looked at in the upload. Paths are relative to its root. */
export interface UploadView {
	exists(path: string): boolean;
	isFolder(path: string): boolean;
	/** Whether a package that the folder depends on has a command of this name. */
	hasCommand(folder: string, name: string): boolean;
}

export interface Install {
	readonly manager: PackageManager;
	/** Of the upload. */
	readonly folder: string;
	/** As the Dockerfile says it, in that folder. */
	readonly text: string;
	readonly frozen: boolean;
	/** Of all workspaces, or of named ones. */
	readonly whole: boolean;
	readonly env: Readonly<Record<string, string>>;
}

export type Action =
	| {
			readonly kind: 'run';
			readonly folder: string;
			readonly text: string;
			readonly env: Readonly<Record<string, string>>;
			readonly manager: PackageManager | null;
			/** Changes what is installed. */
			readonly alters: boolean;
			readonly installed: ReadonlyMap<string, Install>;
	  }
	| { readonly kind: 'copy'; readonly from: string; readonly to: string };

export interface FollowedDockerfile {
	readonly actions: readonly Action[];
	/** What is installed in which folder of the upload when the image is done. */
	readonly installed: ReadonlyMap<string, Install>;
	/** Where the upload's folder for the image's working folder is; `null` when it holds nothing of the upload. */
	readonly workdir: string | null;
	/** RUN lines, or parts of them, that nobody carries out here. */
	readonly skipped: readonly string[];
}

interface StageState {
	readonly paths: ImagePaths;
	/** By folder of the image. */
	readonly installed: Map<string, Install>;
}

/** Goes through the stages as a build would, and finds out what of them can be carried out on the upload itself. */
export function followDockerfile(stages: readonly Stage[], view: UploadView): FollowedDockerfile {
	const states = new Map<Stage, StageState>();
	const actions: Action[] = [];
	const skipped = new Set<string>();
	for (const stage of stages) {
		const base = stage.base && states.get(stage.base);
		const state: StageState = { paths: base?.paths.copy() ?? imagePaths(), installed: new Map(base?.installed) };
		states.set(stage, state);
		for (const step of stage.steps) {
			if (step.keyword === 'COPY' || step.keyword === 'ADD') copy(stage, step, state);
			else if (step.keyword === 'RUN') run(step, state);
		}
	}
	const last = stages.at(-1)!;
	const end = states.get(last)!;
	const installed = localInstalls(end);
	return {
		actions,
		installed,
		workdir: end.paths.local(last.workdir),
		skipped: [...skipped],
	};

	function copy(stage: Stage, step: StageStep, state: StageState): void {
		const words = (jsonWords(step.rest) ?? step.rest.split(/\s+/)).map((word) => fill(word, step));
		const target = words.pop() ?? '.';
		const into = posix.resolve(step.workdir, target);
		const from = sourceStage(step);
		const source = from === null ? null : stage.sources.get(from);
		if (from !== null && !source) return;
		for (const word of words) {
			if (source) takeOver(state, states.get(source)!, posix.resolve('/', word), into, target);
			else if (!/^(https?:|git@|<<)/.test(word)) place(state.paths, word, into, target, words.length, step);
		}
	}

	function place(paths: ImagePaths, word: string, into: string, target: string, count: number, step: StageStep): void {
		const path = posix.normalize(word).replace(/^\/+/, '').replace(/\/$/, '') || '.';
		const isPattern = /[*?[]/.test(path);
		if (!isPattern && !view.exists(path)) {
			throw new DockerfileError(`${step.source}: "${path}" is not in the upload`);
		}
		if (!isPattern && view.isFolder(path)) {
			paths.place(into, path);
			return;
		}
		if (!MANIFEST.test(posix.basename(path)) && !isPattern) return;
		const isFolder =
			target.endsWith('/') || target.endsWith('.') || count > 1 || paths.local(into) !== null || isPattern;
		const folder = isFolder ? into : posix.dirname(into);
		if (paths.local(folder) === null) paths.place(folder, posix.dirname(path));
	}

	function takeOver(state: StageState, other: StageState, source: string, into: string, target: string): void {
		const local = other.paths.local(source);
		const isFile = local !== null && view.exists(local) && !view.isFolder(local);
		const at =
			isFile && (target.endsWith('/') || target.endsWith('.')) ? posix.join(into, posix.basename(source)) : into;
		const before = state.paths.local(at);
		if (before !== null && local !== null && before !== local) actions.push({ kind: 'copy', from: local, to: before });
		else state.paths.take(other.paths, source, at);
		for (const [folder, install] of other.installed) {
			const below = within(source, posix.join(folder, 'node_modules'));
			if (below !== null) state.installed.set(posix.dirname(posix.join(into, below)), install);
		}
	}

	function run(step: StageStep, state: StageState): void {
		for (const flag of step.flags) bind(flag, step, state);
		const script = scriptOf(step);
		if (script === null) {
			skipped.add(step.rest);
			return;
		}
		/** By the subshells around it, so that a `cd` in one ends with it. */
		const folders = new Map([['', step.workdir]]);
		let shell = '';
		const local = (path: string) => state.paths.local(posix.resolve(folders.get(shell)!, path));
		const exists = (path: string) => {
			const found = local(path);
			return found !== null && view.exists(found);
		};
		for (const command of runCommands(script, exists)) {
			if ('opaque' in command) {
				skipped.add(command.opaque);
				continue;
			}
			shell = '';
			for (const id of command.shells) {
				const outer = folders.get(shell)!;
				shell += `/${id}`;
				if (!folders.has(shell)) folders.set(shell, outer);
			}
			const { words } = command;
			if (words[0] === 'cd') folders.set(shell, posix.resolve(folders.get(shell)!, fill(words[1] ?? '/root', step)));
			else carryOut(command, step, state, local);
		}
	}

	function carryOut(
		command: RunCommand,
		step: StageStep,
		state: StageState,
		local: (path: string) => string | null,
	): void {
		const here = local('.');
		const meaning = nodeCommand(command, (name) => here !== null && view.hasCommand(here, name));
		if (meaning.kind === 'nothing') return;
		const folder = meaning.kind === 'foreign' ? null : local(fill(meaning.folder, step));
		if (meaning.kind === 'foreign' || folder === null || here === null) {
			skipped.add(command.text);
			return;
		}
		const env = { ...step.scope, ...command.assigned };
		if (meaning.kind === 'install') install(meaning, folder, env, state);
		else if (meaning.kind === 'prune') prune(folder, meaning.flag, state);
		else
			actions.push({
				kind: 'run',
				folder: here,
				text: command.text,
				env,
				manager: meaning.manager,
				alters: meaning.alters,
				installed: localInstalls(state),
			});
	}

	function install(
		meaning: NodeCommand & { kind: 'install' },
		folder: string,
		env: Readonly<Record<string, string>>,
		state: StageState,
	): void {
		const { manager, text, frozen, whole } = meaning;
		const found: Install = { manager, folder, text, frozen, whole, env };
		for (const [imagePath, local] of state.paths.entries()) {
			const below = posix.relative(local, folder);
			if (within(local, folder) !== null) state.installed.set(posix.join(imagePath, below), found);
		}
	}

	function prune(folder: string, flag: string, { installed }: StageState): void {
		for (const [imagePath, found] of installed) {
			if (found.folder !== folder || found.text.includes(flag)) continue;
			installed.set(imagePath, { ...found, text: `${found.text} ${flag}` });
		}
	}

	function bind(flag: string, step: StageStep, { paths }: StageState): void {
		const options = Object.fromEntries(
			flag
				.replace(/^--mount=/, '')
				.split(',')
				.map((part) => part.split('=')),
		);
		if (!flag.startsWith('--mount=') || (options.type ?? 'bind') !== 'bind' || options.from !== undefined) return;
		const source = options.source ?? options.src ?? '.';
		const target = options.target ?? options.dst ?? options.destination ?? '.';
		place(paths, source, posix.resolve(step.workdir, target), target, 1, step);
	}
}

/** Files that say which package a folder of the image holds before the rest of it is copied. */
const MANIFEST =
	/^(package.*\.json|npm-shrinkwrap\.json|pnpm-(lock|workspace)\.yaml|yarn\.lock|bun\.lockb?|\.yarnrc\.yml|\.npmrc)$/;

function localInstalls({ installed, paths }: StageState): Map<string, Install> {
	const found = new Map<string, Install>();
	for (const [imagePath, install] of installed) found.set(paths.local(imagePath) ?? install.folder, install);
	return found;
}

/** A heredoc is the script where nothing but a shell reads it. */
function scriptOf(step: StageStep): string | null {
	const words = jsonWords(step.rest);
	if (words) return words.map((word) => (/^[\w./:=@%+-]+$/.test(word) ? word : `'${word}'`)).join(' ');
	const [heredoc] = step.heredocs;
	if (!heredoc) return step.rest;
	const reader = step.rest.replace(/<<-?\s*\S+/g, '').trim();
	if (reader !== '' && !/^((\/usr)?\/bin\/)?(ba|da|a)?sh(\s+-\S+)*$/.test(reader)) return null;
	const interpreter = /^#!\s*(\S.*)/.exec(heredoc.content)?.[1];
	return interpreter && !/sh(\s|$)/.test(interpreter) ? null : heredoc.content;
}

const fill = (word: string, { scope }: StageStep): string =>
	word.replace(/\$(?:(\w+)|\{(\w+)\})/g, (_all, plain?: string, braced?: string) => scope[plain ?? braced ?? ''] ?? '');
