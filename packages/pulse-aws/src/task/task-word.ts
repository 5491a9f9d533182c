import { holdingText } from 'pulse-deploy-kit/holding-text';
import type { DrainWord, TaskUse } from './drain-word.ts';

/** What holds one task, or several together. What there is none of is left out. */
export interface InUseReport {
	readonly render_sessions?: number;
	readonly busy?: number;
	readonly idle?: number;
	readonly hidden?: number;
	/** Tabs with what their users would lose. */
	readonly held?: number;
	/** In the words of pages; what cannot be printed is taken out. */
	readonly held_reasons?: readonly string[];
	readonly requests?: number;
	/** Event streams, downloads, uploads, long polls. */
	readonly streams?: number;
	/** Of the app's own. */
	readonly websockets?: number;
	/** Work that `app.busy` was given. */
	readonly jobs?: number;
}

const NUMBERS = [
	...(['render_sessions', 'busy', 'idle', 'hidden', 'held'] as const),
	...(['requests', 'streams', 'websockets', 'jobs'] as const),
];
const MAX_REASONS = 3;

/** The parameter's value: the word, and after it what holds the task. Readers of before see that it is not `draining`. */
export function taskWord(word: DrainWord, use: TaskUse | null): string {
	if (use === null) return word;
	const { pages, streams = 0, websockets = 0, jobs = 0 } = use;
	const all: InUseReport = {
		render_sessions: use.renderSessions,
		busy: pages?.busy ?? 0,
		idle: pages?.idle ?? 0,
		hidden: pages?.hidden ?? 0,
		held: pages?.held ?? 0,
		held_reasons: (pages?.heldReasons ?? []).slice(0, MAX_REASONS).map(printed),
		requests: use.requests - streams,
		streams,
		websockets,
		jobs,
	};
	const some = Object.entries(all).filter(([, value]) => (Array.isArray(value) ? value.length : value) > 0);
	return some.length === 0 ? word : `${word} ${JSON.stringify(Object.fromEntries(some))}`;
}

/** `null` for a word alone. Any task of the app can write one: it is told, and decides nothing. */
export function readTaskUse(value: string): InUseReport | null {
	const json = parsed(value.slice(value.indexOf(' ') + 1));
	if (!value.includes(' ') || typeof json !== 'object' || json === null) return null;
	const said = json as Record<string, unknown>;
	const isCount = (count: unknown) => Number.isSafeInteger(count) && (count as number) > 0;
	const reasons = Array.isArray(said.held_reasons) ? said.held_reasons : [];
	return {
		...Object.fromEntries(NUMBERS.flatMap((key) => (isCount(said[key]) ? [[key, said[key]]] : []))),
		...(reasons.length === 0 ? {} : { held_reasons: reasons.slice(0, MAX_REASONS).map((one) => printed(String(one))) }),
	};
}

/** Of several tasks; `null` where none says. */
export function sumOfUse(values: readonly string[]): InUseReport | null {
	const uses = values.map(readTaskUse).filter((use) => use !== null);
	if (uses.length === 0) return null;
	const sum = (key: (typeof NUMBERS)[number]) => uses.reduce((all, use) => all + (use[key] ?? 0), 0);
	const reasons = [...new Set(uses.flatMap((use) => use.held_reasons ?? []))].slice(0, MAX_REASONS);
	return {
		...Object.fromEntries(NUMBERS.flatMap((key) => (sum(key) > 0 ? [[key, sum(key)]] : []))),
		...(reasons.length === 0 ? {} : { held_reasons: reasons }),
	};
}

/** `2 tabs held ("unsaved draft"), 1 stream`; `null` for nothing. */
export function useText(use: InUseReport | null): string | null {
	if (use === null) return null;
	const {
		held = 0,
		held_reasons: heldReasons = [],
		render_sessions = 0,
		requests = 0,
		streams = 0,
		websockets = 0,
		jobs = 0,
	} = use;
	const renderSessions = Math.max(held, render_sessions);
	return holdingText({ renderSessions, held, heldReasons, requests, streams, websockets, jobs });
}

/** Without what could drive a terminal, turn its text around, or be one of the templates that Parameter Store refuses. */
function printed(text: string): string {
	return text.replaceAll(/[\p{C}{}]/gu, '').slice(0, 100);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
