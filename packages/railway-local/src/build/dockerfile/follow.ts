import { posix } from 'node:path';
import type { Stage, StageStep } from 'pulse-deploy-kit/dockerfile/stages';
import { jsonWords } from 'pulse-deploy-kit/dockerfile/words';
import { copyStep, fill, place } from './copy-step.ts';
import { type ImagePaths, imagePaths, within } from './image-paths.ts';
import { type NodeCommand, nodeCommand, type PackageManager } from './node-command.ts';
import { type PythonCommand, type PythonTool, pythonCommand } from './python-command.ts';
import { type RunCommand, runCommands } from './run-commands.ts';

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

/** Of the packages of a Python app. */
export interface PythonInstall {
	readonly tool: PythonTool;
	readonly words: readonly string[];
	/** Of the upload. */
	readonly folder: string;
	/** Those of its words that name files, by their paths in the upload. */
	readonly files: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** As the Dockerfile says it. */
	readonly text: string;
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
	/** In order. */
	readonly python: readonly PythonInstall[];
	/** The image that they are installed in, e.g. `python:3.12-slim`. */
	readonly pythonImage: string | null;
	/** Where the upload's folder for the image's working folder is; `null` when it holds nothing of the upload. */
	readonly workdir: string | null;
	/** RUN lines, or parts of them, that are not carried out here. */
	readonly skipped: readonly string[];
	/** COPY and ADD lines whose source is not in the upload: another image, an address, a text of the Dockerfile's own. */
	readonly notCopied: readonly string[];
}

export interface StageState {
	readonly paths: ImagePaths;
	/** By folder of the image. */
	readonly installed: Map<string, Install>;
}

/** Goes through the stages as a build would, and finds out what of them can be carried out on the upload itself. */
export function followDockerfile(stages: readonly Stage[], view: UploadView): FollowedDockerfile {
	const states = new Map<Stage, StageState>();
	const actions: Action[] = [];
	const skipped = new Set<string>();
	const python: PythonInstall[] = [];
	let pythonImage: string | null = null;
	const notCopied: string[] = [];
	for (const stage of stages) {
		const base = stage.base && states.get(stage.base);
		const state: StageState = { paths: base?.paths.copy() ?? imagePaths(), installed: new Map(base?.installed) };
		states.set(stage, state);
		for (const step of stage.steps) {
			if (step.keyword === 'COPY' || step.keyword === 'ADD')
				copyStep({ states, view, actions, notCopied }, stage, step);
			else if (step.keyword === 'RUN') run(step, state);
			if (python.length > 0) pythonImage ??= imageOf(stage);
		}
	}
	const last = stages.at(-1)!;
	const end = states.get(last)!;
	const installed = localInstalls(end);
	return {
		actions,
		installed,
		python,
		pythonImage,
		workdir: end.paths.local(last.workdir),
		skipped: [...skipped],
		notCopied,
	};

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
		const ofPython = pythonCommand(command);
		if (ofPython?.kind === 'nothing') return;
		if (ofPython !== null) {
			installPython(ofPython, command, step, local);
			return;
		}
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
				text: meaning.text ?? command.text,
				env,
				manager: meaning.manager,
				alters: meaning.alters,
				installed: localInstalls(state),
			});
	}

	function installPython(
		{ tool, words, files }: PythonCommand & { kind: 'install' },
		{ text, assigned }: RunCommand,
		step: StageStep,
		local: (path: string) => string | null,
	): void {
		// What it names stands where the image's working folder does, or in a folder of its own, as /tmp.
		const folder = local('.') ?? '.';
		const found = words.map((word, at) => (files.includes(at) ? local(fill(word, step)) : word));
		if (found.includes(null)) {
			skipped.add(text);
			return;
		}
		const named = files.map((at) => found[at]!);
		const own = found.map((word, at) => (files.includes(at) ? posix.relative(folder, word!) : fill(word!, step)));
		python.push({ tool, words: own, folder, files: named, env: { ...step.scope, ...assigned }, text });
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
		place(view, paths, step, { source, into: posix.resolve(step.workdir, target), asFolder: false });
	}
}

function imageOf(stage: Stage): string | null {
	return stage.base === null ? stage.image : imageOf(stage.base);
}

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
