import type { ClientChannel } from 'pulse-app/client';
import { currentState, isServer, whenConnected } from './page.ts';

/** A channel of the page, also before the page is connected. */
export interface PageChannel {
	/** The name of the channel on the server. */
	readonly name: string;
	/** Returns a function that removes the handler. */
	on(event: string, handler: (payload: unknown) => void): () => void;
	/**
	 * Delivered when connected; at most 100 messages wait for that. Throws beyond that, and for a payload that JSON does not
	 * know or that has more than a million bytes.
	 */
	send(event: string, payload?: unknown): void;
	/**
	 * What the server's handler returns. Rejects with `ConnectionLostError` of `pulse-app/client` when the connection is lost in
	 * between, and when the page cannot be connected at all.
	 */
	request(event: string, payload?: unknown): Promise<unknown>;
}

/** As many as the client keeps for a page that is away. */
const MAX_WAITING = 100;
let messagesWaiting = 0;

/** Opens nothing: the server does, on the first message. */
export function openPageChannel(name: string): PageChannel {
	return {
		name,
		on: (event, handler) => {
			let stop = () => {};
			const forget = whenConnected((pulse) => {
				stop = pulse.channel(name).on(event, handler);
			});
			return () => {
				forget();
				stop();
			};
		},
		send: (event, payload) => say(name, payload, (channel, said) => channel.send(event, said)),
		request: (event, payload) =>
			new Promise((resolve, reject) => {
				say(name, payload, (channel, said) => resolve(channel.request(event, said)), reject);
			}),
	};
}

/** What waits is what was said, whatever becomes of the payload meanwhile. */
function say(
	name: string,
	payload: unknown,
	act: (channel: ClientChannel, payload: unknown) => void,
	fail?: (error: Error) => void,
): void {
	const { pulse } = currentState();
	if (pulse) {
		act(pulse.channel(name), payload);
		return;
	}
	if (isServer()) return;
	if (messagesWaiting >= MAX_WAITING) throw new Error('too many messages wait for the connection');
	const copy = structuredClone(payload);
	messagesWaiting += 1;
	const over = () => {
		messagesWaiting -= 1;
	};
	whenConnected(
		(connected) => {
			over();
			act(connected.channel(name), copy);
		},
		fail &&
			((error) => {
				over();
				fail(error);
			}),
	);
}
