import type { Clock } from './clock.ts';
import { DeployToolError } from './errors.ts';

/** A page may be slow when it is first asked for; one that gives nothing for so long gives visitors nothing either. */
const BUDGET_MS = 60_000;
/** An error may be of a moment, e.g. while connections to a database are made. */
const TRIES = 3;
const PAUSE_MS = 1000;

export type Version = 'new' | 'active';

export interface PageCheck {
	/** As asked for, e.g. `/`. */
	readonly path: string;
	/** Of the new deployment. */
	readonly id: string;
	/** It is active already, and no other version was before it. Default `false`. */
	readonly isActive?: boolean;
	/** Default 60,000. */
	readonly budgetMs?: number;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/**
	 * The status that visitors of this version get for the page; `null` where there is no such version. Redirects are answers.
	 * Rejects when nothing answers until the signal aborts, or at all.
	 */
	ask(version: Version, signal: AbortSignal): Promise<number | null>;
	/** The app's last lines. What fails here must not hide the failure itself. */
	lastLines(signal: AbortSignal): Promise<readonly string[]>;
	tell?(waitingFor: string): void;
}

/** What is worth telling of a page that is fine, or `as-before`: as bad as on the active version. */
export interface PageVerdict {
	readonly kind: 'fine' | 'as-before';
	readonly text: string;
}

/**
 * Asks a page of a deployment that is about to become active. A server error that the active version does not give is refused:
 * the health check alone may well answer while every page fails. A page that asks for a sign-in (401, a redirect) is an
 * answer.
 * @throws DeployToolError `page-failed` with the app's last lines
 */
export async function checkPage(check: PageCheck): Promise<PageVerdict> {
	const mine = await askUntilFine(check, 'new', TRIES);
	if (mine.fine) return { kind: 'fine', text: `${check.path} answers ${mine.text}` };
	const theirs = check.isActive === true ? null : await askActive(check, mine);
	if (theirs?.exists && !theirs.fine) {
		const text = `${check.path} gives ${mine.text} on ${check.id}, and ${theirs.text} on the active version.`;
		return { kind: 'as-before', text };
	}
	const lines = await check.lastLines(check.signal).catch(() => []);
	check.signal.throwIfAborted();
	const before = theirs?.exists ? ` The active version answers ${theirs.text}.` : '';
	const meets =
		theirs === null
			? 'Its health check answers, but visitors get an error: it is active, because nothing was before it.'
			: `Its health check answers, but visitors would get an error.${before}`;
	throw new DeployToolError('page-failed', `${check.path} of ${check.id} gives ${mine.text}.`, {
		fault: 'app',
		detail: [
			meets,
			...(lines.length === 0 ? ['The app has logged nothing yet.'] : ['last lines of the app:']),
			...lines.map((line) => `| ${line}`),
		].join('\n'),
		next: 'Correct the app and deploy again. To check another page: --health-path /path; to check none: --no-page-check.',
	});
}

function askActive(check: PageCheck, mine: Found): Promise<Found> {
	check.tell?.(`${check.path} gives ${mine.text}; asking the active version for it`);
	return askUntilFine(check, 'active', 1);
}

const budgetOf = ({ budgetMs = BUDGET_MS }: PageCheck) => budgetMs;

interface Found {
	readonly fine: boolean;
	readonly exists: boolean;
	readonly text: string;
}

async function askUntilFine(check: PageCheck, version: Version, tries: number): Promise<Found> {
	const { clock, signal } = check;
	const deadline = clock.now() + budgetOf(check);
	for (let attempt = 1; ; attempt++) {
		const found = await askOnce(check, version, deadline - clock.now());
		if (found.fine || attempt === tries || clock.now() + PAUSE_MS >= deadline) return found;
		check.tell?.(`got ${found.text}`);
		await clock.sleep(PAUSE_MS, signal);
	}
}

async function askOnce(check: PageCheck, version: Version, leftMs: number): Promise<Found> {
	const { ask, signal } = check;
	const overdue = AbortSignal.timeout(Math.max(1, leftMs));
	try {
		const status = await ask(version, AbortSignal.any([signal, overdue]));
		if (status === null) return { fine: false, exists: false, text: 'nothing' };
		return { fine: status < 500, exists: true, text: `status ${status}` };
	} catch (error) {
		signal.throwIfAborted();
		const why = error instanceof Error ? error.message : String(error);
		const text = overdue.aborted ? `no answer within ${budgetOf(check) / 1000} s` : `no answer (${why})`;
		return { fine: false, exists: true, text };
	}
}

/** `raw` as the path of a page, with what a rule or router needs to send it to one deployment. */
export function pinned(path: string, query: string, id: string): string {
	const [beforeHash = ''] = path.split('#', 1);
	const mark = beforeHash.includes('?') ? '&' : '?';
	return `${beforeHash}${mark}${query}=${encodeURIComponent(id)}`;
}

/** For settings. @throws Error for what is no path */
export function pagePath(raw: unknown): string {
	if (typeof raw === 'string' && /^\/(?!\/)[\x21-\x7e]{0,1023}$/.test(raw)) return raw;
	throw new Error(`must begin with one / and hold no spaces, got '${String(raw)}'`);
}
