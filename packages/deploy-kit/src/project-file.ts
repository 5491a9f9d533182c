import { readFile } from 'node:fs/promises';
import { closest, distance } from 'fastest-levenshtein';
import { usageError } from './errors.ts';
import { escapePattern } from './escape-pattern.ts';

export const PROJECT_FILE = 'pulse.toml';

/** Settings that stand beside an app which has no plugin to say them. */
export interface ProjectFile {
	readonly path: string;
	readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
	readonly raw: unknown;
	/** `pulse.toml:3:1`. */
	readonly place: string;
}

/**
 * `undefined` when there is none.
 * @param known the keys that may stand in it
 * @throws DeployToolError `usage`, with line and column, for what is no TOML, for a table, and for a key that is not known
 */
export async function readProjectFile(path: string, known: ReadonlySet<string>): Promise<ProjectFile | undefined> {
	const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
		throw usageError(`${path} cannot be read: ${error.message}`);
	});
	if (text === undefined) return undefined;
	const entries = new Map<string, Entry>();
	for (const [key, raw] of Object.entries(await parsed(text))) {
		const place = `${PROJECT_FILE}:${placeOf(key, text)}`;
		if (!known.has(key)) {
			const meant = nearest(key, known);
			const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
			throw usageError(`${place}: unknown key '${key}'${hint}`, `Known are: ${[...known].sort().join(', ')}.`);
		}
		if (typeof raw === 'object') throw usageError(`${place}: '${key}' must be one value, not a table or a list`);
		entries.set(key, { raw, place });
	}
	return { path, entries };
}

/** A third of it may be mistyped. */
function nearest(key: string, known: ReadonlySet<string>): string | undefined {
	const meant = closest(key, [...known]);
	return distance(key, meant) <= Math.max(1, key.length / 3) ? meant : undefined;
}

async function parsed(text: string): Promise<Record<string, unknown>> {
	const { parse, TomlError } = await import('smol-toml');
	try {
		return parse(text);
	} catch (error) {
		if (!(error instanceof TomlError)) throw error;
		const [why = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
		throw usageError(`${PROJECT_FILE}:${error.line}:${error.column}: ${why}`);
	}
}

/** The parser tells values, not where they stand. Only top-level keys are read, and each is at the beginning of a line. */
function placeOf(key: string, text: string): string {
	const name = escapePattern(key);
	const pattern = new RegExp(`^([ \\t]*\\[{0,2}[ \\t]*)(?:"${name}"|'${name}'|${name})[ \\t]*[.=\\]]`);
	const lines = text.split(/\r?\n/);
	const at = lines.findIndex((line) => pattern.test(line));
	return at < 0 ? '1:1' : `${at + 1}:${(pattern.exec(lines[at] ?? '')?.[1]?.length ?? 0) + 1}`;
}
