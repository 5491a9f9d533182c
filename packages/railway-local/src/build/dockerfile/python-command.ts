import type { RunCommand } from './run-commands.ts';

export type PythonTool = 'pip' | 'uv' | 'poetry';

/** What a command of a RUN means for the packages of a Python app; `null` for one that is not about them. */
export type PythonCommand =
	/** `words` are the tool's own, without what says where an image keeps packages; `files` those of them that name a file. */
	| { kind: 'install'; tool: PythonTool; words: readonly string[]; files: readonly number[] }
	| { kind: 'nothing' }
	| null;

/** Of no consequence where everything goes into one environment that is kept by itself. */
const PLACES = new Set(['--system', '--user', '--break-system-packages', '--no-cache-dir', '--no-cache', '--compile']);
const PLACES_WITH_VALUE = new Set(['--target', '-t', '--prefix', '--root', '--python', '--cache-dir']);
const FILE_FLAGS = new Set(['-r', '--requirement', '-c', '--constraint']);
const TOOLS = new Set(['pip', 'setuptools', 'wheel', 'uv', 'poetry', 'pipx', 'virtualenv']);

export function pythonCommand({ words: all, text }: Pick<RunCommand, 'words' | 'text'>): PythonCommand {
	const words = [...all];
	const name = (words.shift() ?? '').split('/').at(-1)!;
	if (name === '.' || name === 'source' || name === 'pipx' || name === 'virtualenv') return { kind: 'nothing' };
	if (/^python[\d.]*$/.test(name) && words[0] === '-m') return ofModule(words.slice(1), text);
	if (/^pip[\d.]*$/.test(name)) return pip(words);
	if (name === 'uv') return uv(words);
	if (name !== 'poetry') return null;
	return words[0] === 'install' ? { kind: 'install', tool: 'poetry', words, files: [] } : { kind: 'nothing' };
}

function ofModule([module = '', ...words]: string[], text: string): PythonCommand {
	if (module === 'venv' || module === 'ensurepip' || module === 'compileall') return { kind: 'nothing' };
	if (module === 'pip') return pip(words);
	return module === 'poetry' || module === 'uv' ? pythonCommand({ words: [module, ...words], text }) : null;
}

function uv([verb = '', ...words]: string[]): PythonCommand {
	if (verb === 'pip' && words[0] === 'sync') return pip(['install', ...words.slice(1).flatMap((file) => ['-r', file])]);
	if (verb === 'pip') return pip(words);
	if (verb === 'sync') return { kind: 'install', tool: 'uv', words: [verb, ...kept(words)], files: [] };
	return ['venv', 'python', 'cache', 'tool', '--version'].includes(verb) ? { kind: 'nothing' } : null;
}

function pip(words: readonly string[]): PythonCommand {
	if (words[0] !== 'install') return { kind: 'nothing' };
	const rest = kept(words);
	const names = rest.filter((word, at) => at > 0 && !word.startsWith('-') && !FILE_FLAGS.has(rest[at - 1]!));
	const files = rest.flatMap((_, at) => (FILE_FLAGS.has(rest[at - 1] ?? '') ? [at] : []));
	const isTools = names.every((name) => TOOLS.has(name.replace(/[[=<>~!;].*$/s, '')));
	if (files.length === 0 && isTools) return { kind: 'nothing' };
	return { kind: 'install', tool: 'pip', words: rest, files };
}

function kept(words: readonly string[]): string[] {
	return words.filter(
		(word, at) =>
			!PLACES.has(word) && !PLACES_WITH_VALUE.has(word.split('=')[0]!) && !PLACES_WITH_VALUE.has(words[at - 1] ?? ''),
	);
}
