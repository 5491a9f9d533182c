import { DockerfileError } from '../dockerfile/dockerfile-error.ts';
import { expandWord } from '../dockerfile/shell-word.ts';

/** What a command says of where its app listens. */
export interface CommandPort {
	/** The one that it names; where it follows `PORT`, what it takes without that. `null`: none, or several. */
	readonly port: number | null;
	/** It listens where `PORT` says, so that any port is right. */
	readonly follows: boolean;
	/** It starts several programs: which of them takes visitors, its port does not say. */
	readonly several: boolean;
}

const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', 'zsh']);
/** Redirections, words with their quotes, operators. */
const TOKEN = /\d*&?[<>]+&?\s*[^\s;&|]*|(?:"(?:\\.|[^"\\])*"|'[^']*'|\\[\s\S]|[^\s;&|<>"'\\])+|&&|\|\||[;&|\n]/g;
const FOLLOWS = /\$\{?PORT\b/;
const PORT_FLAG = /^(?:--port|--server[.-]port|-p)$/;
const PORT_GIVEN = /^(?:--port=|--server[.-]port=|-p=?|PORT=)(\d+)$/;
const BIND_FLAG = /^(?:--bind|-b|--listen|-l)$/;
const BIND_GIVEN = /^(?:--bind=|-b=?|--listen=)(.+)$/;
/** They take an address, or a port alone. */
const SERVERS = new Set(['runserver', 'http.server']);
/** What listens everywhere; nothing connects there, as it would to `db:5432`. */
const EVERYWHERE = /^(?:--[\w.-]*(?:addr|bind|listen|url)[\w.-]*=)?(?:\w+:\/\/)?(?:0\.0\.0\.0|\[::\]|[*+]?):(\d+)\/?$/;

/** @param env of the image, which a shell fills in */
export function commandPort(words: readonly string[], env: ReadonlyMap<string, string>): CommandPort {
	const { served, several } = servedWords(words, env);
	const literal = onlyOne(served.map(givenAt)) ?? onlyOne(served.map(everywhereAt));
	const text = words.join(' ');
	const follows = FOLLOWS.test(served.join(' ')) || (literal === null && (FOLLOWS.test(text) || env.has('PORT')));
	if (!follows) return { port: literal, follows, several };
	const usual = /\$\{PORT:?-(\d+)\}/.exec(text)?.[1] ?? env.get('PORT');
	return { port: portOf(usual), follows, several };
}

/** Of a shell's script the program that stays, which is the last, or all where some go to the background. */
function servedWords(words: readonly string[], env: ReadonlyMap<string, string>) {
	const shell = words.findIndex((word, at) => SHELLS.has(base(word)) && /^-\w*c$/.test(words[at + 1] ?? ''));
	const script = shell < 0 ? undefined : words[shell + 2];
	if (script === undefined) return { served: words, several: false };
	const programs: string[][] = [[]];
	let several = false;
	let aside = false;
	for (const [token] of script.matchAll(TOKEN)) {
		if (token === '&') several = true;
		if (token === '|' || token === '||') aside = true;
		else if (/^(?:&&?|;|\n)$/.test(token)) {
			aside = false;
			programs.push([]);
		} else if (!aside) programs.at(-1)!.push(plain(token, env));
	}
	const last = programs.findLast((program) => program.length > 0) ?? [];
	return { served: several ? programs.flatMap((program) => [...program, '']) : last, several };
}

/** Without its quotes, variables of the image filled in. */
function plain(token: string, env: ReadonlyMap<string, string>): string {
	if (FOLLOWS.test(token)) return token;
	try {
		return expandWord(token, (name) => env.get(name), '\\');
	} catch (error) {
		// What only a shell knows.
		if (error instanceof DockerfileError) return token;
		throw error;
	}
}

function givenAt(word: string, at: number, words: readonly string[]): number | null {
	const before = words[at - 1] ?? '';
	if (PORT_FLAG.test(before)) return portOf(word);
	if (BIND_FLAG.test(before) || SERVERS.has(base(before))) return portOf(/^(?:.*:)?(\d+)$/.exec(word)?.[1]);
	const bound = BIND_GIVEN.exec(word)?.[1];
	return portOf(PORT_GIVEN.exec(word)?.[1] ?? (bound && /:(\d+)$/.exec(bound)?.[1]));
}

function everywhereAt(word: string, at: number, words: readonly string[]): number | null {
	// A debugger's.
	if (words[at - 1]?.startsWith('--inspect')) return null;
	return portOf(EVERYWHERE.exec(word)?.[1]);
}

function onlyOne(found: readonly (number | null)[]): number | null {
	const ports = new Set(found.filter((port) => port !== null));
	return ports.size === 1 ? [...ports][0]! : null;
}

function portOf(text: string | undefined): number | null {
	const port = /^\d+$/.test(text ?? '') ? Number(text) : 0;
	return port > 0 && port < 65_536 ? port : null;
}

function base(word: string): string {
	return word.slice(word.lastIndexOf('/') + 1);
}
