import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WorldClock } from '../clock/world-clock.ts';
import { type ElbState, isSticky, type Listener, type Target, type TargetGroup } from '../elb/state.ts';
import { answer, answerSocket } from './answer.ts';
import { forwardHttp } from './forward-http.ts';
import { forwardWebsocket } from './forward-websocket.ts';
import { pickGroup } from './pick-group.ts';
import { pickTarget } from './pick-target.ts';
import { type Forward, type Route, type RoutingTable, route, tableOf } from './route.ts';
import { stickyCookies, stuckTarget } from './stickiness.ts';

export interface BalancerOptions {
	/** World ms until a changed rule or default action answers. Default 0. */
	readonly propagationMs: number;
	/** Real ms without a byte after which a websocket is cut. Default: never, because world time may jump. */
	readonly idleTimeoutMs: number | undefined;
	/** In [0, 1), for draws by weight. Default `Math.random`. */
	readonly random: () => number;
}

export interface Balancer {
	/** `127.0.0.1:<port>`: stands for the listener on 443 with TLS already taken off. */
	readonly address: string;
	close(): Promise<void>;
}

export interface Chosen {
	readonly target: Target;
	readonly group: TargetGroup;
	readonly cookies: readonly string[];
}

/** The data plane of one load balancer: a real server that answers by the rules as they are now. */
export async function openBalancer(
	state: ElbState,
	loadBalancerArn: string,
	clock: WorldClock,
	options: BalancerOptions,
): Promise<Balancer> {
	let table: RoutingTable | undefined;
	const refresh = () => {
		const listener = mainListener(state, loadBalancerArn);
		const next = listener && tableOf(state, listener.arn);
		if (options.propagationMs === 0) table = next;
		else
			clock.after(options.propagationMs, () => {
				table = next;
			});
	};
	state.watchers.add(refresh);
	refresh();

	const decide = (request: IncomingMessage): Route => {
		if (!table) return { kind: 'forward', groups: [], stickySeconds: null };
		const head = { method: request.method ?? 'GET', url: request.url ?? '/', headers: request.headers };
		return route(table, head, (arn) => state.targetGroups.get(arn));
	};
	const choose = (forward: Forward, cookies: string | undefined): Chosen | undefined => {
		const now = clock.now();
		const { group, cookies: ofGroup } = pickGroup(forward, cookies, now, options.random);
		const sticky = group !== undefined && isSticky(group);
		const target = group && pickTarget(group, sticky ? stuckTarget(group, cookies, now) : undefined);
		return (
			group && target && { target, group, cookies: [...ofGroup, ...(sticky ? stickyCookies(group, target, now) : [])] }
		);
	};

	const server = createServer((request, response) => {
		const decision = decide(request);
		if (decision.kind === 'fixed') return answer(response, decision);
		const chosen = choose(decision, request.headers.cookie);
		if (chosen) forwardHttp(request, response, chosen, clock);
		else answer(response, { status: 503, contentType: 'text/html', body: '503 Service Temporarily Unavailable' });
	});
	const upgraded = new Set<Socket>();
	server.on('upgrade', (request: IncomingMessage, socket: Socket, early: Buffer) => {
		upgraded.add(socket);
		socket.on('close', () => upgraded.delete(socket));
		socket.on('error', () => socket.destroy());
		if (options.idleTimeoutMs) socket.setTimeout(options.idleTimeoutMs, () => socket.destroy());
		const decision = decide(request);
		if (decision.kind === 'fixed') return answerSocket(socket, decision.status);
		const chosen = choose(decision, request.headers.cookie);
		if (chosen) forwardWebsocket(request, socket, early, chosen, clock);
		else answerSocket(socket, 503);
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
	return {
		address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				state.watchers.delete(refresh);
				server.close(() => resolve());
				server.closeAllConnections();
				for (const socket of upgraded) socket.destroy();
			}),
	};
}

/** HTTPS where there is one; a listener that only redirects to it has no socket here. */
function mainListener(state: ElbState, loadBalancerArn: string): Listener | undefined {
	const own = [...state.listeners.values()].filter((listener) => listener.loadBalancerArn === loadBalancerArn);
	return own.find((listener) => listener.protocol === 'HTTPS') ?? own[0];
}
