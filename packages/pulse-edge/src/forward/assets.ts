import { createHash } from 'node:crypto';
import { findTarget, type Target } from '../decide/resolve.ts';
import type { RouteTable } from '../decide/route-table.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { Elsewhere } from './asset-exchange.ts';
import { Recent } from './recent.ts';

/**
 * Skew-safe assets: lazy chunks of an old page carry no affinity, so after a promotion the active deployment does not
 * know them. When it answers 404, 410 or with a page, the draining deployments are tried, newest first, and the finding is remembered: who to
 * ask, never an answer. That no deployment has it is believed for a moment, and only for the user who was told so: an app may show a
 * file to one user and hide it from another.
 */
export class AssetMemory implements Elsewhere {
	readonly noPages = true;
	readonly #table: RouteTable;
	readonly #servicePrefix: string;
	readonly #now: () => number;
	/** Target to the deployment that has it. */
	readonly #found = new Recent<string>(MAX_REMEMBERED);
	/** Target and credentials to the time until which no deployment has it. */
	readonly #missing = new Recent<number>(MAX_REMEMBERED);
	#newest = '';

	constructor(table: RouteTable, servicePrefix: string, now: () => number) {
		this.#table = table;
		this.#servicePrefix = servicePrefix;
		this.#now = now;
	}

	/** Only what a page loads as a part of itself: a document or an API call that is missing is missing. */
	wants(method: string, head: RequestHead): boolean {
		return method === 'GET' && ASSET_DESTINATIONS.has(head.fetchDest) && head.contentLength <= 0 && !head.chunked;
	}

	/** Where else than at `asked` to look, best guess first; empty when no deployment had it a moment ago. */
	elsewhere(target: string, credentials: string, asked: string): Target[] {
		this.#forgetOnPromotion();
		if ((this.#missing.get(missingKey(target, credentials)) ?? 0) > this.#now()) return [];
		// A preview is for those who name it: its unfinished parts are in no other version's page.
		const draining = [...this.#table.all()].filter(
			({ state, preview }) => state === 'draining' && preview === undefined,
		);
		draining.sort((a, b) => (b.drainStartedAt ?? 0) - (a.drainStartedAt ?? 0));
		const others = draining.map((record) => record.id).filter((id) => id !== asked);
		// A cookie may have asked a draining one first, and a canary's visitor has asked that.
		const { activeId, canary } = this.#table;
		others.unshift(...[activeId, canary?.id ?? null].flatMap((id) => (id === null || id === asked ? [] : [id])));
		const ids = others.slice(0, MAX_TRIES);
		const known = this.#found.get(target);
		const order = known !== undefined && ids.includes(known) ? [known, ...ids.filter((id) => id !== known)] : ids;
		return order.flatMap((id) => findTarget(this.#table, id, this.#servicePrefix) ?? []);
	}

	remember(target: string, id: string): void {
		if (target.length <= MAX_TARGET) this.#found.set(target, id);
	}

	rememberMissing(target: string, credentials: string): void {
		if (target.length <= MAX_TARGET) this.#missing.set(missingKey(target, credentials), this.#now() + MISSING_MS);
	}

	/** A finding is about one set of deployments; with the next promotion it may be wrong. */
	#forgetOnPromotion(): void {
		const newest = `${this.#table.activeId} ${this.#table.canary?.id}`;
		if (this.#newest === newest) return;
		this.#newest = newest;
		this.#found.clear();
		this.#missing.clear();
	}
}

const ASSET_DESTINATIONS = new Set([
	'script',
	'style',
	'image',
	'font',
	'worker',
	'sharedworker',
	'audioworklet',
	'paintworklet',
	'manifest',
	'json',
	'audio',
	'video',
	'track',
]);
const MAX_REMEMBERED = 2_000;
/** Characters. A client that writes longer ones wants to fill memory. */
const MAX_TARGET = 1_024;
const MISSING_MS = 30_000;
const MAX_TRIES = 5;

/** Credentials are not kept as they are. */
function missingKey(target: string, credentials: string): string {
	return `${createHash('sha256').update(credentials).digest('base64')} ${target}`;
}
