import type { Directives } from '../plugin.ts';
import type { ClientMessage, ServerMessage } from '../wire/messages.ts';
import { deserialize } from '../wire/serialize.ts';
import type { TabMessage } from './presence.ts';
import { routeOf } from './route.ts';
import { Said, type Saying, toSaying } from './said.ts';

/** What this client uses of socket.io-client. */
export interface SocketLike {
	readonly connected: boolean;
	readonly active: boolean;
	connect(): unknown;
	disconnect(): unknown;
	emit(event: string, ...args: unknown[]): unknown;
	// biome-ignore lint/suspicious/noExplicitAny: socket.io-client types listeners by event
	on(event: string, listener: (...args: any[]) => void): unknown;
}
export type SocketFactory = (uri: string, options: object) => SocketLike;

/** Beyond this many the page has been away for too long to catch up. */
const MAX_QUEUED = 100;
const RETRY_MS = 2000;
/** A server that says `reload` and no more may end so long after it. */
const PATIENCE_SECONDS = 600;

/** Why a page is loaded anew that its server tells to. */
export const ASKED = 'the server asked for it';

export interface SocketEvents {
	onConnected(): void;
	onDisconnected(): void;
	/** The server will not have this page; reconnecting would not help. */
	onRefused(code: string): void;
	onMessage(message: ServerMessage): void;
	/** The message left the queue. */
	onSent(message: ClientMessage | TabMessage): void;
	/** The page's state may go on in the next one. */
	onHandoff(): void;
	/** It need not be loaded anew any more because of {@link ASKED}. */
	onStay(): void;
	/** `seconds`: the longest that it may wait. Default: for as long as something would be lost. */
	reload(reason: string, seconds?: number): void;
}

export interface PageSocket {
	/** Throws for what cannot be sent, or when too many messages wait already. */
	say(message: ClientMessage): void;
	/** Now, to a server that knows such messages, or not at all; false then. */
	tell(message: TabMessage): boolean;
	connect(): void;
	disconnect(): void;
	connected(): boolean;
	/** The page shows another prerendered path now. */
	moveTo(path: string): void;
}

/** The page's one socket. Nothing is sent before the server has confirmed that it still knows the page. */
export function openSocket(io: SocketFactory, directives: Directives, events: SocketEvents): PageSocket {
	// One for each page load, kept over reconnects: tells a reconnect from a copied tab.
	const pageInstance = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) =>
		b.toString(16).padStart(2, '0'),
	).join('');
	const socket = io(location.origin, {
		transports: ['websocket'],
		// Asked at every connection: what the server sent on a connection that was dead already, it sends again.
		auth: (tell: (auth: object) => void) =>
			tell({
				...directives.socketio.auth,
				__pulse_page_instance_id: pageInstance,
				__pulse_received: received,
				__pulse_safe_reload: 1,
			}),
		query: directives.socketio.query,
	});
	let path = location.pathname;
	const queue: Saying[] = [];
	let attachId = 0;
	let attached = false;
	let knowsTabs = false;
	let received = 0;
	const said = new Said();

	const emit = (saying: Saying) => {
		socket.emit('message', saying.wire);
		said.add(saying);
		events.onSent(saying.message);
	};

	const attach = () => {
		attachId += 1;
		const routeInfo = routeOf(new URL(location.href));
		emit(toSaying({ type: 'attach', path, routeInfo, attachId: String(attachId) }));
	};

	socket.on('connect', () => {
		said.connected();
		attach();
	});
	socket.on('disconnect', (reason: string) => {
		attached = false;
		events.onDisconnected();
		// The server closed it on purpose, e.g. while stopping: unlike a lost connection this is not retried by itself.
		if (reason === 'io server disconnect') setTimeout(() => socket.connect(), RETRY_MS * Math.random());
	});
	socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
		const code = error.data?.code;
		if (code === undefined || socket.active) return;
		if (code === 'render_id_collision' || code === 'not_owner') events.reload('another page took its place');
		// Its cookies were cleared meanwhile. A page that never got in is not helped by loading it again.
		else if (code === 'no_session' && attachId > 0) events.reload('its user session is gone');
		else if (code === 'unavailable') setTimeout(() => socket.connect(), RETRY_MS);
		else events.onRefused(code);
	});
	socket.on('message', (wire: unknown, confirm?: () => void) => {
		received += 1;
		confirm?.();
		const message = deserialize(wire) as ServerMessage;
		if (message.type === 'handoff') return events.onHandoff();
		if (message.type === 'stay') return events.onStay();
		if (message.type === 'reload') return events.reload(ASKED, message.within ?? PATIENCE_SECONDS);
		if (message.type === 'attach_ack' && message.attachId === String(attachId) && !attached) {
			const missed = said.missed(message.received);
			if (missed === null) return events.reload('the server has missed too much of it');
			attached = true;
			knowsTabs = message.safeReload === true;
			for (const waiting of [...missed, ...queue.splice(0)]) emit(waiting);
			events.onConnected();
		}
		events.onMessage(message);
	});

	return {
		say: (message) => {
			const saying = toSaying(message);
			if (attached && socket.connected) return emit(saying);
			if (queue.length >= MAX_QUEUED) throw new Error('too many messages wait for the connection');
			queue.push(saying);
		},
		tell: (message) => {
			if (!knowsTabs || !attached || !socket.connected) return false;
			emit(toSaying(message));
			return true;
		},
		connect: () => void socket.connect(),
		disconnect: () => void socket.disconnect(),
		connected: () => attached && socket.connected,
		moveTo: (next) => {
			if (socket.connected && next !== path) emit(toSaying({ type: 'detach', path }));
			path = next;
			if (socket.connected) attach();
		},
	};
}
