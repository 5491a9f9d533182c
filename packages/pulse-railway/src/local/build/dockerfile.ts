import { shellQuote } from './shell-quote.ts';

/** What can be had from a Dockerfile without running its stages. */
export interface DockerfileFacts {
	/** ENTRYPOINT and CMD of the last stage as one shell command; `null` when there is neither. */
	readonly command: string | null;
	/** ENV of the last stage, with ARG and earlier ENV filled in. */
	readonly env: Readonly<Record<string, string>>;
	/** Instructions that were not carried out, as written. */
	readonly ignored: readonly string[];
}

/** Values that name the image's own file system. */
const NOT_APPLIED = new Set(['PATH', 'HOME']);
const SILENT = new Set(['FROM', 'ARG', 'LABEL', 'EXPOSE', 'MAINTAINER', 'STOPSIGNAL', 'ENV', 'CMD', 'ENTRYPOINT']);

export function readDockerfile(text: string, buildArgs: Readonly<Record<string, string>>): DockerfileFacts {
	let env: Record<string, string> = {};
	let args: Record<string, string> = {};
	let entrypoint: string | null = null;
	let cmd: string | null = null;
	const ignored: string[] = [];
	for (const line of instructions(text)) {
		const [, word = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(line) ?? [];
		const keyword = word.toUpperCase();
		if (keyword === 'FROM') {
			env = {};
			args = {};
			entrypoint = null;
			cmd = null;
		} else if (keyword === 'ARG') {
			const [name = '', value] = split(rest);
			const given = buildArgs[name] ?? (value === undefined ? undefined : unquote(value));
			if (given !== undefined) args[name] = given;
		} else if (keyword === 'ENV') {
			for (const [name, value] of assignments(rest)) {
				if (NOT_APPLIED.has(name)) ignored.push(`ENV ${name}=${value}`);
				else env[name] = expand(value, { ...args, ...env });
			}
		} else if (keyword === 'CMD') cmd = shellForm(rest);
		else if (keyword === 'ENTRYPOINT') {
			entrypoint = shellForm(rest);
			cmd = null;
		} else if (!SILENT.has(keyword)) ignored.push(line);
	}
	const command = [entrypoint, cmd].filter((part) => part !== null).join(' ');
	return { command: command === '' ? null : command, env, ignored };
}

/** Comments dropped, continued lines joined, heredoc bodies skipped. */
function instructions(text: string): string[] {
	const lines = text.split(/\r?\n/);
	const found: string[] = [];
	for (let i = 0; i < lines.length; i++) {
		if (/^\s*(#|$)/.test(lines[i]!)) continue;
		let line = lines[i]!.trim();
		while (line.endsWith('\\') && i + 1 < lines.length) {
			const next = lines[++i]!.trim();
			if (!next.startsWith('#')) line = `${line.slice(0, -1).trimEnd()} ${next}`;
		}
		const heredoc = /<<-?["']?(\w+)["']?/.exec(line)?.[1];
		if (heredoc) while (i + 1 < lines.length && lines[++i]!.trim() !== heredoc) {}
		found.push(line);
	}
	return found;
}

/** `["node","a b.js"]` becomes a quoted command line; the shell form stays. */
function shellForm(rest: string): string {
	if (!rest.startsWith('[')) return rest;
	try {
		const words = JSON.parse(rest) as string[];
		return words.map(shellQuote).join(' ');
	} catch {
		return rest;
	}
}

function assignments(rest: string): [string, string][] {
	if (!/^\w+=/.test(rest)) {
		const [, name = '', value = ''] = /^(\w+)\s+([\s\S]*)$/.exec(rest) ?? [];
		return name ? [[name, value]] : [];
	}
	return [...rest.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:\\.|\S)*)/g)].map(([, name = '', value = '']) => [
		name,
		unquote(value),
	]);
}

function split(assignment: string): [string, string | undefined] {
	const at = assignment.indexOf('=');
	return at < 0 ? [assignment.trim(), undefined] : [assignment.slice(0, at).trim(), assignment.slice(at + 1).trim()];
}

const unquote = (value: string): string => value.replace(/^(["'])([\s\S]*)\1$/, '$2').replace(/\\(.)/g, '$1');

function expand(value: string, known: Readonly<Record<string, string>>): string {
	return value.replace(
		/\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})/g,
		(_match, plain?: string, braced?: string, fallback?: string) => known[plain ?? braced ?? ''] ?? fallback ?? '',
	);
}
