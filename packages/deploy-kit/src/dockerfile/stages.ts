import { posix } from 'node:path';
import { DockerfileError } from './dockerfile-error.ts';
import { type Escape, type Instruction, readInstructions } from './instructions.ts';
import { expandWord } from './shell-word.ts';
import { assignments, jsonWords, splitWords } from './words.ts';

/** One stage, with what it inherits from the stage that it builds on. */
export interface Stage {
	readonly index: number;
	/** In small letters. */
	readonly name: string | null;
	/** The earlier stage that it builds on. */
	readonly base: Stage | null;
	/** What a `FROM` names where that is no stage. */
	readonly image: string | null;
	/** ENV: what the image keeps. */
	readonly env: Map<string, string>;
	/** ENV and ARG: what its own instructions see. */
	readonly scope: Map<string, string>;
	entrypoint: readonly string[] | null;
	cmd: readonly string[] | null;
	cmdIsOwn: boolean;
	shell: readonly string[];
	workdir: string;
	/** EXPOSE, variables filled in: `8501`, `8501/tcp`, `80-82`. */
	readonly exposed: string[];
	/** What is neither a setting of the image nor a declaration, in order: RUN, COPY, ADD and the rest. */
	readonly steps: StageStep[];
	/** Earlier stages that its steps take files from, by the name or number they say. */
	readonly sources: Map<string, Stage>;
}

export interface StageStep extends Instruction {
	readonly workdir: string;
	readonly shell: readonly string[];
	/** ENV and ARG as they stand here. */
	readonly scope: Readonly<Record<string, string>>;
}

export const IMAGE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const DEFAULT_SHELL = ['/bin/sh', '-c'];
/** Without an effect on what runs. */
const SETTINGS = new Set(['LABEL', 'MAINTAINER', 'STOPSIGNAL', 'HEALTHCHECK', 'ONBUILD']);
const FOLLOWED = [
	'FROM',
	'ARG',
	'ENV',
	'CMD',
	'ENTRYPOINT',
	'SHELL',
	'WORKDIR',
	'EXPOSE',
	'RUN',
	'COPY',
	'ADD',
	'USER',
	'VOLUME',
];
const KNOWN = new Set([...SETTINGS, ...FOLLOWED]);

/** As BuildKit gives them to every build: Railway's machines are Linux on x86-64. */
const PLATFORM_ARGS = Object.fromEntries(
	['BUILD', 'TARGET'].flatMap((side) => [
		[`${side}PLATFORM`, 'linux/amd64'],
		[`${side}OS`, 'linux'],
		[`${side}OSVERSION`, ''],
		[`${side}ARCH`, 'amd64'],
		[`${side}VARIANT`, ''],
	]),
) as Record<string, string>;

interface RawStage {
	readonly from: string;
	readonly name: string | null;
	readonly instructions: Instruction[];
}

/**
 * The last stage and those that it needs, in order, each followed from its first line to its last: no other is built.
 *
 * @throws DockerfileError where Docker refuses the file
 */
export function readStages(text: string, buildArgs: Readonly<Record<string, string>>): Stage[] {
	const { escapeChar, instructions } = readInstructions(text);
	const given = (name: string) => (Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined);
	const globals = new Map(Object.entries({ ...PLATFORM_ARGS, TARGETSTAGE: 'default' }));
	for (const name of globals.keys()) globals.set(name, given(name) ?? globals.get(name)!);
	const raw: RawStage[] = [];
	for (const instruction of instructions) {
		const { keyword, source } = instruction;
		if (!KNOWN.has(keyword)) throw new DockerfileError(`unknown instruction: ${keyword}`);
		if (keyword === 'FROM') raw.push(readFrom(instruction, globals, escapeChar));
		else if (raw.length > 0) raw.at(-1)!.instructions.push(instruction);
		else if (keyword === 'ARG') declare(instruction, globals, () => undefined, given, escapeChar);
		else throw new DockerfileError(`no build stage in current context: ${source}`);
	}
	if (raw.length === 0) throw new DockerfileError('the Dockerfile has no FROM');
	const made = new Map<number, Stage>();
	const make = (index: number): Stage => {
		const known = made.get(index);
		if (known) return known;
		const { from, name, instructions: own } = raw[index]!;
		const named = (wanted: string) => raw.slice(0, index).findLastIndex((other) => other.name === wanted.toLowerCase());
		const base = named(from) < 0 ? null : make(named(from));
		const stage = newStage(index, name, base, base ? null : from);
		made.set(index, stage);
		for (const instruction of own) carryOut(stage, instruction, globals, given, escapeChar);
		for (const step of stage.steps) {
			const source = sourceStage(step);
			if (source === null) continue;
			const found = /^\d+$/.test(source) && Number(source) < index ? Number(source) : named(source);
			if (found >= 0) stage.sources.set(source, make(found));
		}
		return stage;
	};
	make(raw.length - 1);
	return [...made.values()].sort((a, b) => a.index - b.index);
}

/** The stage that a COPY or a mount takes files from. */
export function sourceStage({ keyword, flags }: Pick<Instruction, 'keyword' | 'flags'>): string | null {
	for (const flag of flags) {
		if (flag.startsWith('--from=')) return flag.slice('--from='.length);
		if (keyword === 'RUN' && flag.startsWith('--mount=')) return /(?:^|,)from=([^,]+)/.exec(flag.slice(8))?.[1] ?? null;
	}
	return null;
}

function readFrom({ rest }: Instruction, globals: ReadonlyMap<string, string>, escapeChar: Escape): RawStage {
	const [from = '', as, name, ...more] = rest.split(/[\t\v\f\r ]+/);
	if (from === '' || (as !== undefined && (as.toLowerCase() !== 'as' || !name)) || more.length > 0) {
		throw new DockerfileError(`FROM requires either one or three arguments: ${rest}`);
	}
	const wanted = expandWord(from, (key) => globals.get(key), escapeChar);
	if (wanted === '') throw new DockerfileError(`base name (${from}) should not be blank`);
	return { from: wanted, name: name?.toLowerCase() ?? null, instructions: [] };
}

function newStage(index: number, name: string | null, base: Stage | null, image: string | null): Stage {
	return {
		index,
		name,
		base,
		image,
		env: new Map(base?.env ?? [['PATH', IMAGE_PATH]]),
		scope: new Map(base?.scope ?? [['PATH', IMAGE_PATH]]),
		entrypoint: base?.entrypoint ?? null,
		cmd: base?.cmd ?? null,
		cmdIsOwn: false,
		shell: base?.shell ?? DEFAULT_SHELL,
		workdir: base?.workdir ?? '/',
		exposed: [...(base?.exposed ?? [])],
		steps: [],
		sources: new Map(),
	};
}

function carryOut(
	stage: Stage,
	instruction: Instruction,
	globals: ReadonlyMap<string, string>,
	given: (name: string) => string | undefined,
	escapeChar: Escape,
): void {
	const { keyword, rest } = instruction;
	const see = (word: string) => expandWord(word, (name) => stage.scope.get(name), escapeChar);
	switch (keyword) {
		case 'ARG':
			declare(instruction, stage.scope, (name) => globals.get(name), given, escapeChar);
			return;
		case 'ENV': {
			// All of one ENV see the values from before it.
			const pairs = assignments(rest, escapeChar).map(([name, value]) => [see(name), see(value)] as const);
			for (const [name, value] of pairs) {
				stage.env.set(name, value);
				stage.scope.set(name, value);
			}
			return;
		}
		case 'CMD':
			stage.cmd = argv(stage, rest);
			stage.cmdIsOwn = true;
			return;
		case 'ENTRYPOINT':
			stage.entrypoint = argv(stage, rest);
			// The CMD of an image below was for its own ENTRYPOINT.
			if (!stage.cmdIsOwn) stage.cmd = null;
			return;
		case 'SHELL': {
			const words = jsonWords(rest);
			if (!words?.length) throw new DockerfileError('SHELL requires the arguments to be in JSON form');
			stage.shell = words;
			return;
		}
		case 'WORKDIR':
			if (rest === '') throw new DockerfileError('WORKDIR requires exactly one argument');
			stage.workdir = posix.resolve(stage.workdir, see(rest));
			return;
		case 'EXPOSE':
			stage.exposed.push(...splitWords(rest, escapeChar).map(see));
			return;
	}
	if (SETTINGS.has(keyword)) return;
	const scope = Object.fromEntries(stage.scope);
	stage.steps.push({ ...instruction, workdir: stage.workdir, shell: stage.shell, scope });
}

function declare(
	{ rest }: Instruction,
	scope: Map<string, string>,
	inherited: (name: string) => string | undefined,
	given: (name: string) => string | undefined,
	escapeChar: Escape,
): void {
	const words = splitWords(rest, escapeChar);
	if (words.length === 0) throw new DockerfileError('ARG requires at least one argument');
	const see = (word: string) => expandWord(word, (name) => scope.get(name), escapeChar);
	for (const word of words) {
		const at = word.indexOf('=');
		const name = at < 0 ? word : word.slice(0, at);
		if (name === '') throw new DockerfileError('ARG names can not be blank');
		const value = given(name) ?? (at < 0 ? inherited(name) : see(word.slice(at + 1)));
		if (value !== undefined) scope.set(name, value);
	}
}

function argv(stage: Stage, rest: string): readonly string[] {
	return jsonWords(rest) ?? [...stage.shell, rest];
}
