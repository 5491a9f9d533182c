import { randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import type { Logger } from 'pino';
import { Server, type Socket } from 'socket.io';
import type { App } from '../app.ts';
import { PulseError } from '../errors.ts';
import type { Handoffs } from '../handoff/handoffs.ts';
import type { RenderRegistry } from '../render/registry.ts';
import type { RenderSession } from '../render/render-session.ts';
import { SET_COOKIES } from '../sessions/cookie.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { MAX_MESSAGE_BYTES, serialize } from '../wire/serialize.ts';
import { type Admission, admit } from './admission.ts';
import { SocketLink } from './link.ts';
import { createOriginRule } from './origins.ts';
import { tellOfError } from './page-error.ts';
import { parseMessage, receive } from './receive.ts';
import { Reloads } from './reloads.ts';
import { type Engine, refuseRival } from './rival.ts';

export interface Gateway {
	attach(server: HttpServer): void;
	/** Throws `socket-io-path-taken` when the app attached a Socket.IO of its own at the same path. */
	refuseRival(server: HttpServer): void;
	/** Has pages load anew. */
	readonly reloads: Pick<Reloads, 'begin' | 'takeBack'>;
	/** Asks a browser of this user to fetch its new cookies. */
	refreshCookies(sid: string): void;
	/** Asks this very page to fetch cookies there. Throws `not-connected` when it is away. */
	askForCookies(render: RenderSession, url: string): void;
	/** Messages whose handlers have not finished. */
	messages(): number;
	/** Closes every socket; resolves when the server that it is attached to has no connection left. */
	close(): Promise<void>;
}

/** Socket.IO at its default path, websocket only: long polling would need affinity for every single request. */
export function createGateway(parts: {
	readonly app: App;
	readonly sessions: Sessions;
	readonly renders: RenderRegistry;
	readonly handoffs: Handoffs;
	readonly serverAddress: URL | null;
	readonly log: Logger;
}): Gateway {
	const { app, sessions, renders, log } = parts;
	const isAllowed = createOriginRule(app.options.allowedOrigins, parts.serverAddress);
	const io = new Server({
		transports: ['websocket'],
		serveClient: false,
		// And what Socket.IO puts around a message.
		maxHttpBufferSize: MAX_MESSAGE_BYTES + 1000,
		cors: { origin: '*' },
		destroyUpgrade: false,
		allowRequest: (request, decide) => decide(null, isAllowed(request)),
	});
	let messages = 0;
	const work = (type: string, handling: Promise<void>) => {
		messages += 1;
		handling
			.catch((error) => log.error({ err: error, type }, 'a message handler failed'))
			.finally(() => {
				messages -= 1;
			});
	};
	const reloads = new Reloads(() => renders.all());

	io.use((socket, next) => {
		const { auth, headers } = socket.handshake;
		const query = Object.fromEntries(Object.entries(socket.handshake.query).map(([k, v]) => [k, lastOf(v)]));
		admit({ plugins: app.plugins, sessions, renders }, { auth, query, cookie: headers.cookie })
			.then((admission) => {
				if (admission.kind === 'refused') return next(refusal(admission.code));
				socket.data.admission = admission;
				next();
			})
			.catch((error) => {
				log.error({ err: error }, 'socket could not be admitted');
				next(refusal('unavailable'));
			});
	});

	io.on('connection', (socket: Socket) => {
		const admission = socket.data.admission as Admission;
		socket.data.admission = null;
		const link = new SocketLink(socket);
		if (admission.kind !== 'accepted') return link.send(serialize({ type: 'reload' }));
		const { render } = admission;
		// The session id was replaced since.
		if (render.owner !== admission.sid) return link.renew();

		socket.on('disconnect', (reason) => {
			renders.disconnect(render, link, isOffline(reason));
			// What a page says while it goes does not leave the browser: the end of its connection says it.
			if (!render.connected && !isOffline(reason)) work('the end of a page', parts.handoffs.leaving(render));
		});
		socket.on('message', (wire: unknown) => {
			if (!render.hear(link)) return;
			const message = parseMessage(wire);
			if (message === null) return log.warn({ renderId: render.id }, 'dropped a message that is not of the protocol');
			if (message.type === 'presence' && message.error === true)
				work('an error of a page', tellOfError(app.plugins, render, socket.handshake));
			work(message.type, receive(parts, render, message));
		});
		socket.conn.on('heartbeat', () => render.heartbeat(link));
		renders.connect(render, link, admission.received);
		if (render.isToldToLeave) work('the return of a page', parts.handoffs.staying(render));
		// Its state is with another process, or gone: whatever is done here would begin anew without a word.
		if (admission.unknown) render.reload();
		else reloads.connected(render);
	});

	return {
		attach: (server) => void io.attach(server),
		refuseRival: (server) => refuseRival(server, io.engine as Engine),
		reloads,
		refreshCookies: (sid) => {
			const render = renders.of(sid).find((candidate) => candidate.connected);
			if (render !== undefined) askForCookies(render, SET_COOKIES);
		},
		askForCookies,
		messages: () => messages,
		close: () => {
			reloads.stop();
			return io.close();
		},
	};
}

function askForCookies(render: RenderSession, url: string): void {
	if (!render.connected) throw new PulseError('not-connected', 'The page is away: its cookie cannot change.');
	const request = { method: 'GET', headers: {}, body: null, credentials: 'include' } as const;
	render.send({ type: 'api_call', id: randomUUID(), url, ...request });
}

/** A page that is closed, or hidden, ends its connection; one in a tunnel, or asleep, says nothing any more. */
function isOffline(reason: string): boolean {
	return reason === 'ping timeout' || reason === 'transport error';
}

function refusal(code: string): Error {
	return Object.assign(new Error(code), { data: { code } });
}

/** The router lets the last of repeated query keys win; so do we. */
function lastOf(value: string | string[] | undefined): string {
	return (Array.isArray(value) ? value.at(-1) : value) ?? '';
}
