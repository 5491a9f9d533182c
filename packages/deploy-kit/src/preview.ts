import { usageError } from './errors.ts';
import { duration, text } from './setting-kinds.ts';
import type { SettingTable } from './settings.ts';

/**
 * A deployment that only those reach who name it: it is never active, no rollback goes there, and it is deleted by its age.
 * A later one of the same name takes its place.
 */
export interface Preview {
	readonly name: string;
	/** Unix milliseconds: it is deleted then, with the people that are on it. */
	readonly until: number;
}

/** What `deploy` is told of one. */
export interface PreviewTerms {
	readonly name: string;
	/** How long it stays, milliseconds. */
	readonly forMs: number;
}

export const previewSettings = {
	preview: {
		flag: '--preview <name>',
		describe: 'reachable by its own address alone, never active; takes the place of an earlier preview of this name',
		parse: (raw: unknown) => previewName(text(raw)),
	},
	previewFor: {
		flag: '--preview-for <time>',
		describe: 'how long a preview stays before it is deleted, e.g. 12h',
		defaultText: '3d',
		parse: duration,
	},
} satisfies SettingTable;

const USUAL_SECONDS = 3 * 86_400;
/** Less is over before anybody has looked. */
const MIN_SECONDS = 60;
const MAX_SECONDS = 90 * 86_400;
const MAX_NAME = 40;

/** `Feature/Cart v2` → `feature-cart-v2`: branches and pull requests are what previews are named after. */
export function previewName(typed: string): string {
	const name = typed
		.trim()
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.slice(0, MAX_NAME)
		.replace(/^-+|-+$/g, '');
	if (name === '') throw usageError('must have a letter or a digit');
	return name;
}

/**
 * @returns `undefined` where no preview is asked for
 * @throws usage error for a time without a preview, for one outside 1 m to 90 d, and beside a canary
 */
export function previewTerms({
	preview,
	previewFor,
	canary,
}: {
	readonly preview: string | undefined;
	/** Seconds. */
	readonly previewFor: number | undefined;
	readonly canary?: unknown;
}): PreviewTerms | undefined {
	if (preview === undefined) {
		if (previewFor === undefined) return undefined;
		throw usageError('--preview-for is for previews', 'Name one: --preview pr-12 --preview-for 12h');
	}
	if (canary !== undefined) {
		throw usageError('a preview gets no new visitors, a canary does', 'Give either --preview or --canary.');
	}
	const seconds = previewFor ?? USUAL_SECONDS;
	if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
		throw usageError('--preview-for must be between 1m and 90d');
	}
	return { name: preview, forMs: seconds * 1000 };
}

/** `pr-12 until 2026-12-02T10:00:00.000Z`; without commas, which a tag on AWS may not have. */
export function previewText({ name, until }: Preview): string {
	return `${name} until ${new Date(until).toISOString()}`;
}

/** `undefined` for anything but what {@link previewText} writes. */
export function parsePreview(written: string | null | undefined): Preview | undefined {
	const [, name = '', said = ''] = /^([a-z0-9][a-z0-9-]{0,39}) until (\S+)$/.exec(written ?? '') ?? [];
	const until = Date.parse(said);
	return name === '' || Number.isNaN(until) ? undefined : { name, until };
}

/** Where it is found: the query names it, and its pages go on to name it. */
export function previewAddress(serverAddress: string, deploymentId: string): string {
	const url = new URL('/', serverAddress);
	url.searchParams.set('pulse_deployment', deploymentId);
	return url.href;
}
