import { shellQuote } from '../../shell-quote.ts';
import type { RunCommand } from './run-commands.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What a command of a RUN means for an app. */
export type NodeCommand =
	/** Makes `node_modules` from the manifest, and the lock file where it is `frozen`. */
	| { kind: 'install'; manager: PackageManager; folder: string; text: string; frozen: boolean; whole: boolean }
	/** Something the app's own tools make: a build, a code generator. */
	| { kind: 'run'; manager: PackageManager | null; folder: string; alters: boolean; text?: string }
	/** Takes the development tools out of what is installed. */
	| { kind: 'prune'; folder: string; flag: string }
	/** Of no consequence for what runs here. */
	| { kind: 'nothing' }
	| { kind: 'foreign' };

const MANAGERS = new Set<string>(['npm', 'pnpm', 'yarn', 'bun']);
const PRUNE: Partial<Record<PackageManager, string>> = { npm: '--omit=dev', pnpm: '--prod' };
const ALTERS = new Set([
	'install',
	'i',
	'add',
	'uninstall',
	'remove',
	'rm',
	'update',
	'upgrade',
	'dedupe',
	'rebuild',
	'link',
]);
const RUNNERS: Readonly<Record<string, PackageManager>> = { npx: 'npm', pnpx: 'pnpm', bunx: 'bun' };
/** They change the image around the app: users, rights, caches, the tools themselves. */
const NO_EFFECT = new Set(
	[
		'true',
		':',
		'echo',
		'printf',
		'set',
		'export',
		'exit',
		'addgroup',
		'adduser',
		'groupadd',
		'useradd',
		'chown',
	].concat('usermod'),
);
const FOLDER_FLAGS = ['--prefix', '--cwd', '--dir', '-C'];
const VALUE_FLAG = /^(-w|--workspace|--filter|-F|--omit|--include|--only|--network-timeout|--loglevel|--registry)$/;
const WORKSPACE_FLAG = /^(-w|-r|--workspaces?|--filter|-F|--recursive)(=|$)/;

export function nodeCommand(command: RunCommand, hasOwnCommand: (name: string) => boolean): NodeCommand {
	const words = command.words[0] === 'exec' || command.words[0] === 'corepack' ? command.words.slice(1) : command.words;
	const program = words[0] ?? '';
	if (program === '' || NO_EFFECT.has(program)) return { kind: 'nothing' };
	if (command.words[0] === 'corepack' && !MANAGERS.has(program)) return { kind: 'nothing' };
	const ofFramework = frameworkCommand(command.text);
	if (ofFramework !== null) return { kind: 'run', manager: null, folder: '.', alters: false, text: ofFramework };
	if (!MANAGERS.has(program)) {
		const manager = RUNNERS[program] ?? null;
		if (manager || program === 'node' || hasOwnCommand(program))
			return { kind: 'run', manager, folder: '.', alters: false };
		return { kind: 'foreign' };
	}
	const manager = program as PackageManager;
	const { folder, rest, verb, names } = read(words.slice(1));
	if (['config', 'cache', 'store', 'version', 'set', '-v', '--version'].includes(verb)) return { kind: 'nothing' };
	const installs = ['ci', 'clean-install', 'install', 'i', 'add'].includes(verb) || (manager === 'yarn' && verb === '');
	const omit = PRUNE[manager];
	if (verb === 'prune') return omit ? { kind: 'prune', folder, flag: omit } : { kind: 'nothing' };
	// Tools for the image alone: the package managers are here already.
	if (installs && rest.some((word) => word === '-g' || word === '--global')) {
		const known = names.every((name) => MANAGERS.has(name.replace(/(.)@.*$/, '$1')) || name.startsWith('corepack'));
		return known ? { kind: 'nothing' } : { kind: 'foreign' };
	}
	if (!installs || names.length > 0 || verb === 'add' || command.text.includes('||'))
		return { kind: 'run', manager, folder, alters: ALTERS.has(verb) || (installs && names.length === 0) };
	const frozen =
		manager === 'npm'
			? verb !== 'install' && verb !== 'i'
			: rest.some((word) => /^--(frozen-lockfile|immutable)(=true)?$/.test(word));
	const text = [program, ...rest].map(shellQuote).join(' ');
	return { kind: 'install', manager, folder, text, frozen, whole: rest.some((word) => WORKSPACE_FLAG.test(word)) };
}

/**
 * Of a Python app, the framework's own command alone: by it the web root's build gets its routes. What `uv run` stands in
 * front of comes from the environment that the platform was started in, as the app itself does.
 */
function frameworkCommand(text: string): string | null {
	const [, assigned = '', call] =
		/^((?:[A-Za-z_]\w*=\S*\s+)*)(?:uv\s+run\s+(?:--?[\w-]+\s+)*)?(pulse\s.*)$/s.exec(text) ?? [];
	return call === undefined ? null : `${assigned}${call}`;
}

/** The verb, and what is no flag after it; `--prefix web` is where it happens, and no longer among the words. */
function read(words: readonly string[]): { folder: string; rest: readonly string[]; verb: string; names: string[] } {
	let folder = '.';
	const rest: string[] = [];
	const bare: string[] = [];
	for (let at = 0; at < words.length; at++) {
		const word = words[at]!;
		if (/^\d*[<>|]/.test(word)) break;
		const flag = FOLDER_FLAGS.find((name) => word === name || word.startsWith(`${name}=`));
		if (flag) {
			folder = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (words[++at] ?? '.');
			continue;
		}
		rest.push(word);
		if (VALUE_FLAG.test(word) && at + 1 < words.length) rest.push(words[++at]!);
		else if (!word.startsWith('-')) bare.push(word);
	}
	return { folder, rest, verb: bare[0] ?? '', names: bare.slice(1) };
}
