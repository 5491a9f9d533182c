import { setTimeout as delay } from 'node:timers/promises';
import type { RoutingSnapshot } from '../deployments/record.ts';
import type { StoreWatcher } from '../deployments/store.ts';
import { readSnapshot, type StoreContext } from './transact.ts';

/** Pushed changes arrive at once; this finds what no push announced: a lost message, a hung store, a predecessor's write. */
const POLL_MS = 1_000;
const RETRY_MS = 200;

export async function watchSnapshots(context: StoreContext, watcher: StoreWatcher, signal: AbortSignal): Promise<void> {
	let last: string | null = null;
	let lost = false;
	let wake = () => {};
	let missed = false;
	context.backend.subscribe(
		context.keys.changes,
		() => {
			missed = true;
			wake();
		},
		signal,
	);
	while (!signal.aborted) {
		missed = false;
		const read = await attempt(() => readSnapshot(context));
		if (signal.aborted) return;
		if ('snapshot' in read) {
			const routing = withoutActivity(read.snapshot);
			if (lost || routing !== last) watcher.onSnapshot(read.snapshot);
			[last, lost] = [routing, false];
		} else if (!lost) {
			lost = true;
			watcher.onLost(read.cause);
		}
		// A change announced while reading may or may not be in what was read.
		if (missed) continue;
		const rest = new AbortController();
		wake = () => rest.abort();
		await delay(lost ? RETRY_MS : POLL_MS, null, { signal: AbortSignal.any([signal, rest.signal]) }).catch(() => {});
	}
}

async function attempt(read: () => Promise<RoutingSnapshot>) {
	try {
		return { snapshot: await read() };
	} catch (cause) {
		return { cause };
	}
}

function withoutActivity(snapshot: RoutingSnapshot): string {
	return JSON.stringify(snapshot, (name, value) => (name === 'lastSeenAt' ? undefined : value));
}
