import type { RequestHead } from './request-head.ts';
import { resolve, type Target } from './resolve.ts';
import type { RoutingTable } from './snapshot.ts';

/**
 * Skew-safe assets: lazy chunks of an old page carry no affinity, so after a promotion the active deployment does not
 * know them. When it answers 404, the draining deployments are tried, newest first, and the finding is remembered.
 */
export class AssetMemory {
	readonly #table: RoutingTable;
	readonly #servicePrefix: string;
	/** Path to the deployment that has it, or `''`: nobody has. Oldest first. */
	readonly #found = new Map<string, string>();
	#activeId: string | null = null;

	constructor(table: RoutingTable, servicePrefix: string) {
		this.#table = table;
		this.#servicePrefix = servicePrefix;
	}

	/** Only what a page loads as a part of itself: a document or an API call that is missing is missing. */
	wants(method: string, head: RequestHead, affinity: string): boolean {
		return (
			method === 'GET' &&
			affinity === '' &&
			ASSET_DESTINATIONS.has(head.fetchDest) &&
			head.contentLength <= 0 &&
			!head.chunked
		);
	}

	/** Where else to look, best guess first; empty when nobody had it a moment ago. */
	elsewhere(path: string): Target[] {
		this.#forgetOnPromotion();
		const known = this.#found.get(path);
		if (known === '') return [];
		const draining = [...this.#table.all()].filter((record) => record.state === 'draining');
		draining.sort((a, b) => (b.drainStartedAt ?? 0) - (a.drainStartedAt ?? 0));
		const ids = draining.map((record) => record.id).slice(0, MAX_TRIES);
		const order = known !== undefined && ids.includes(known) ? [known, ...ids.filter((id) => id !== known)] : ids;
		return order.flatMap((id) => {
			const resolution = resolve(this.#table, id, this.#servicePrefix);
			return resolution.kind === 'target' ? [resolution.target] : [];
		});
	}

	/** `null`: nobody has it. */
	remember(path: string, id: string | null): void {
		this.#found.delete(path);
		this.#found.set(path, id ?? '');
		if (this.#found.size <= MAX_PATHS) return;
		for (const oldest of this.#found.keys()) {
			this.#found.delete(oldest);
			return;
		}
	}

	/** A finding is about one set of deployments; with the next promotion it may be wrong. */
	#forgetOnPromotion(): void {
		if (this.#activeId === this.#table.activeId) return;
		this.#activeId = this.#table.activeId;
		this.#found.clear();
	}
}

const ASSET_DESTINATIONS = new Set([
	'script',
	'style',
	'image',
	'font',
	'worker',
	'sharedworker',
	'manifest',
	'audio',
	'video',
	'track',
]);
const MAX_PATHS = 2_000;
const MAX_TRIES = 5;
