import { type Check, failed, passed, skipped, warned } from './check.ts';
import type { Reading } from './reading.ts';

/** Where the sockets of a Pulse app are opened. */
export const SOCKET_HANDSHAKE = '/socket.io/?EIO=4&transport=websocket';

/** What the handshake has beside `Host`, `Origin`, `Connection` and `Upgrade`. */
export const HANDSHAKE_HEADERS = {
	'sec-websocket-version': '13',
	'sec-websocket-key': 'cHVsc2UtZG9jdG9yLTAwMQ==',
} as const;

export interface SocketFacts {
	/** The status that the handshake got; 101 opens it. */
	readonly status: Reading<number>;
	/** Container apps open sockets where they like. */
	readonly kind: 'pulse' | 'container';
}

/** A websocket end to end, as a browser opens it. @param facts `null`: nothing is active */
export function checkSocket(facts: SocketFacts | null): Check {
	if (facts === null) return skipped('websocket', 'no deployment is active');
	if (facts.kind === 'container')
		return skipped('websocket', 'the active deployment is a container app, whose sockets have an address of its own');
	if ('failure' in facts.status)
		return failed(
			'websocket',
			`the handshake fails: ${facts.status.failure.text}`,
			'Look at the logs of the active deployment.',
		);
	const status = facts.status.value;
	if (status === 101) return passed('websocket', 'opens through the public address', { status });
	const found = `the handshake gets ${status} instead of 101`;
	const next =
		'Is a proxy in front of the public address that does not pass websockets on? Else look at the logs of the active deployment.';
	return status >= 500 ? failed('websocket', found, next, { status }) : warned('websocket', found, next, { status });
}
