import type { Logger } from 'pino';
import { SESSION_STORE_BRAND } from '../brand.ts';
import type { RenderSession } from '../render/render-session.ts';
import type { SessionStore } from '../sessions/store.ts';
import { type ArrivalsOptions, createArrivals } from './arrivals.ts';
import { createDepartures, type Departures } from './departures.ts';
import { type AppHooks, HOOK_MS } from './hooks.ts';
import { createSeal } from './seal.ts';
import { createShelf } from './shelf.ts';

export interface HandoffsOptions extends Pick<ArrivalsOptions, 'create' | 'isExpected' | 'hasChannels'> {
	readonly hooks: AppHooks;
	/** `null`: sessions are kept in cookies. */
	readonly store: SessionStore | null;
	/** The first one seals, all open. */
	readonly secrets: readonly string[];
	readonly isProduction: boolean;
	readonly log: Logger;
	/** Default `Date.now`. */
	readonly now?: () => number;
	/** Default {@link HOOK_MS}. */
	readonly hookMs?: number;
}

/** Takes the state of pages to the deployment that they load next (contract P1.19). */
export interface Handoffs extends Departures {
	/** At the start: says what keeps the app's state from being handed over. */
	check(): void;
	/** Opens a render session with what the page's former one left for it. */
	arrive(former: string, owner: string, paths: readonly string[]): Promise<RenderSession>;
}

export function createHandoffs(options: HandoffsOptions): Handoffs {
	const { hooks, store, secrets, log, now = Date.now, hookMs = HOOK_MS } = options;
	const [first, ...others] = secrets;
	const shelf = store === null || first === undefined ? null : createShelf(store, createSeal([first, ...others]));
	let saidOff = false;

	const onOff = () => {
		if (saidOff) return;
		saidOff = true;
		const why = store === null ? 'sessions are kept in cookies' : 'there is no secret: set PULSE_SECRET';
		log.warn({ why }, 'state handoff is off: pages start fresh on the next deployment');
	};
	const onLost = ({ id }: RenderSession, why: string) =>
		log.warn({ renderId: id, why }, 'state of a page is not handed over');
	const onUnread = ({ id }: RenderSession, why: string) =>
		log.warn({ renderId: id, why }, 'a page starts fresh: its state cannot be read');
	const arrive = shelf === null ? null : createArrivals({ ...options, shelf, onUnread, hookMs, now });

	return {
		...createDepartures({ hooks, shelf, onOff, onLost, hookMs, now }),
		arrive: async (former, owner, paths) => (await arrive?.(former, owner, paths)) ?? options.create(owner),
		check: () => {
			if (hooks.drain === null && hooks.resume.size === 0) return;
			if (shelf === null) return onOff();
			if (!options.isProduction || store?.[SESSION_STORE_BRAND] !== 'memory') return;
			log.warn(
				{ why: 'the session store is the memory of this process: give the app one that versions share' },
				'state handoff works within this process only',
			);
		},
	};
}
