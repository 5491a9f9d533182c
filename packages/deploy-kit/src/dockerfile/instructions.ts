import { DockerfileError } from './dockerfile-error.ts';
import { heredocsIn } from './heredocs.ts';

/** One instruction, comments gone and continued lines joined, its words not read yet. */
export interface Instruction {
	/** In capitals. */
	readonly keyword: string;
	/** `--name=value` in front of the arguments. */
	readonly flags: readonly string[];
	readonly rest: string;
	readonly heredocs: readonly { readonly name: string; readonly content: string }[];
	/** As written, in one line. */
	readonly source: string;
}

/** `\` or what `# escape=` names instead: escapes a character, and continues a line. */
export type Escape = '\\' | '`';

const HEREDOCS = new Set(['ADD', 'COPY', 'RUN', 'ONBUILD']);

/** The lines of a Dockerfile as its reference reads them. */
export function readInstructions(text: string): { escapeChar: Escape; instructions: Instruction[] } {
	const lines = text.replace(/^\uFEFF/, '').split('\n');
	if (lines.at(-1) === '') lines.pop();
	const escapeChar = escapeDirective(lines);
	const continued = escapeChar === '\\' ? /(^|[^\\])\\[ \t]*$/ : /(^|[^`])`[ \t]*$/;
	const instructions: Instruction[] = [];
	for (let at = 0; at < lines.length; at++) {
		const first = lines[at]!.trimStart().replace(/\r+$/, '');
		if (first === '' || first.startsWith('#')) continue;
		let line = first;
		let open = continued.test(line);
		line = line.replace(continued, '$1');
		while (open && at + 1 < lines.length) {
			const next = lines[++at]!.replace(/\r+$/, '');
			// Comments and empty lines within an instruction are left out.
			if (/^\s*(#|$)/.test(next)) continue;
			open = continued.test(next);
			line += next.replace(continued, '$1');
		}
		if (line.trim() === '') continue;
		const { keyword, flags, rest } = splitInstruction(line, escapeChar);
		const heredocs = [];
		for (const { name, tabs } of HEREDOCS.has(keyword) && line.includes('<<') ? heredocsIn(line) : []) {
			const body: string[] = [];
			for (;;) {
				const next = lines[++at];
				if (next === undefined) throw new DockerfileError(`unterminated heredoc: ${name}`);
				const plain = next.replace(/\r+$/, '');
				if ((tabs ? plain.replace(/^\t+/, '') : plain) === name) break;
				body.push(tabs ? next.replace(/^\t+/, '') : next);
			}
			heredocs.push({ name, content: body.map((next) => `${next}\n`).join('') });
		}
		instructions.push({ keyword, flags, rest, heredocs, source: line.trim() });
	}
	return { escapeChar, instructions };
}

/** Directives are the comments `# name=value` before everything else. */
function escapeDirective(lines: readonly string[]): Escape {
	for (const line of lines) {
		const [, name, value] = /^#\s*(syntax|check|escape)\s*=\s*(.+?)\s*$/i.exec(line.trimStart()) ?? [];
		if (name === undefined) break;
		if (name.toLowerCase() !== 'escape') continue;
		if (value !== '\\' && value !== '`') throw new DockerfileError(`invalid escape token: ${value}`);
		return value;
	}
	return '\\';
}

function splitInstruction(line: string, escapeChar: Escape): Pick<Instruction, 'keyword' | 'flags' | 'rest'> {
	const [, keyword = '', after = ''] = /^(\S+)\s*([\s\S]*)$/.exec(line.trim()) ?? [];
	const flags: string[] = [];
	let rest = after;
	for (let flag = flagAt(rest, escapeChar); flag !== null; flag = flagAt(rest, escapeChar)) {
		rest = rest.slice(flag.end).trimStart();
		if (flag.text === '--') break;
		flags.push(flag.text);
	}
	return { keyword: keyword.toUpperCase(), flags, rest: rest.trim() };
}

/** The `--flag` that a text begins with, quotes taken off. */
function flagAt(text: string, escapeChar: Escape): { text: string; end: number } | null {
	if (!text.startsWith('--')) return null;
	let flag = '';
	let quote = '';
	let at = 0;
	for (; at < text.length; at++) {
		const char = text[at]!;
		if (quote === '' && /\s/.test(char)) break;
		if (quote === '' && (char === '"' || char === "'")) quote = char;
		else if (char === quote) quote = '';
		else if (char === escapeChar) flag += text[++at] ?? '';
		else flag += char;
	}
	return { text: flag, end: at };
}
