'use client';

import { hold } from 'pulse-app/client';
import { useEffect, useInsertionEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { currentState, followState, type PulseState, UNCONNECTED } from './page.ts';
import { openPageChannel, type PageChannel } from './page-channel.ts';

export { type PulseState, startPulse } from './page.ts';
export type { PageChannel } from './page-channel.ts';

/**
 * The page's connection: its status, and the client once there is one. The first component that uses it connects the page, which
 * stays connected when that component is gone.
 *
 * @example
 * const { status, pulse } = usePulse();
 * return status === 'connected' ? <img src={pulse?.url('/chart.png')} /> : <p>{status}…</p>;
 */
export function usePulse(): PulseState {
	return useSyncExternalStore(followState, currentState, notYet);
}

const notYet = () => UNCONNECTED;

/**
 * The server's channel of this name, in the page's render session. What is said before the page is connected waits for that.
 * `handlers`, by event, are those of the last render, and are heard for as long as the component is mounted. Live state on the
 * server belongs to the page: it stays when the component goes, and two components of one name share it.
 *
 * @example
 * const [count, setCount] = useState(0);
 * const counter = useChannel('counter', { changed: (count) => setCount(count as number) });
 * return <button onClick={() => counter.send('increment')}>{count}</button>;
 */
export function useChannel(
	name: string,
	handlers: Readonly<Record<string, (payload: unknown) => void>> = NONE,
): PageChannel {
	const channel = useMemo(() => openPageChannel(name), [name]);
	const latest = useRef(handlers);
	// A render that React throws away must not be heard of.
	useInsertionEffect(() => {
		latest.current = handlers;
	});
	const events = JSON.stringify(Object.keys(handlers).sort());
	useEffect(() => {
		const stops = (JSON.parse(events) as string[]).map((event) =>
			channel.on(event, (payload) => latest.current[event]?.(payload)),
		);
		return () => {
			for (const stop of stops) stop();
		};
	}, [channel, events]);
	return channel;
}

const NONE = {};

/**
 * Holds the page as it is while the component is mounted and `reason` says something: for unsaved work that is not in a form. A
 * few words for operators, no secrets. It ends with the time that the server gives.
 *
 * @example
 * useHold(isChanged && 'unsaved drawing');
 */
export function useHold(reason: string | false | null | undefined): void {
	useEffect(() => {
		if (!reason) return;
		const release = hold(reason);
		// After the next hold has begun, where one follows: a page that nothing holds for a moment may be loaded anew in it.
		return () => queueMicrotask(release);
	}, [reason]);
}
