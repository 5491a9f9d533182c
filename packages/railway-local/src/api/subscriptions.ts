import type { IncomingMessage, Server } from 'node:http';
import { execute, type GraphQLSchema, subscribe, validate } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { isFromPage, isOwnName } from '../own-machine.ts';
import { pause } from '../runtime/pause.ts';
import { demandDeployment } from './caller.ts';
import type { ApiContext } from './context.ts';
import { failureEvent } from './failure-event.ts';
import { GRAPHQL_PATH } from './graphql-path.ts';
import {
	deploymentLogs,
	type EnvironmentLogArguments,
	environmentLogs,
	type LogArguments,
	type LogNode,
} from './logs.ts';
import { deploymentNode } from './nodes.ts';

const EVERY_MS = 200;

/**
 * Subscriptions over websocket, by the protocol `graphql-transport-ws`, as the official CLI follows logs and deploys. `end`
 * disconnects the followers: a server that closes waits for them.
 */
export function serveSubscriptions(
	server: Server,
	schema: GraphQLSchema,
	contextOf: (request: IncomingMessage) => ApiContext,
): { end(): void } {
	const sockets = new WebSocketServer({ noServer: true });
	useServer(
		{
			schema,
			// Ours, because a schema is only understood by the copy of the library that made it.
			...{ execute, subscribe, validate },
			context: ({ extra }: { extra: { request: IncomingMessage } }) => contextOf(extra.request),
			roots: { subscription: subscriptions },
		},
		sockets,
	);
	server.on('upgrade', (request, socket, head) => {
		// Not ours yet, and a reset of it must not end the platform. Nor must a target that no URL can be made of.
		socket.on('error', () => {});
		const [path = ''] = (request.url ?? '').split('?');
		if (!GRAPHQL_PATH.test(path) || !isOwnName(request.headers.host) || isFromPage(request.headers)) {
			socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
			return;
		}
		sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open, request));
	});
	return {
		end() {
			for (const socket of sockets.clients) socket.terminate();
			sockets.close();
		},
	};
}

const subscriptions = {
	deployment: ({ id }: { id: string }, context: ApiContext) =>
		changes('deployment', () => {
			const row = demandDeployment(context.caller, context.world.data, id);
			return { value: deploymentNode(row, context), key: `${row.status} ${row.stopped}` };
		}),

	deploymentEvents: ({ id }: { id: string }, context: ApiContext) =>
		changes('deploymentEvents', () => {
			const row = demandDeployment(context.caller, context.world.data, id);
			return row.failure === undefined ? null : { value: failureEvent(row), key: row.status };
		}),

	deploymentLogs: ({ limit, ...args }: LogArguments, context: ApiContext) =>
		newLines('deploymentLogs', limit, () => deploymentLogs({ ...args, limit: ALL_LINES }, 'deploy', context)),

	environmentLogs: ({ beforeLimit, ...args }: EnvironmentLogArguments, context: ApiContext) =>
		newLines('environmentLogs', beforeLimit, () =>
			environmentLogs({ ...args, beforeLimit: ALL_LINES, afterLimit: ALL_LINES }, context),
		),
};

const ALL_LINES = 5_000;

/** Gives a value whenever its key is another than before, until what it is about has gone. */
function changes<T>(
	field: string,
	look: () => { value: T; key: string } | null | Promise<{ value: T; key: string } | null>,
): AsyncIterableIterator<Record<string, T>> {
	return whileWanted(async function* (signal) {
		for (let last: string | undefined; !signal.aborted; await soon(signal)) {
			const seen = await look();
			if (seen === null || seen.key === last) continue;
			last = seen.key;
			yield { [field]: seen.value };
		}
	});
}

/** Gives the newest lines that there are, and then each as it comes. Times of lines are unique within a deployment. */
function newLines(
	field: string,
	limit: number | null | undefined,
	read: () => Promise<LogNode[]>,
): AsyncIterableIterator<Record<string, LogNode[]>> {
	return whileWanted(async function* (signal) {
		const given = new Set<string>();
		for (let first = true; !signal.aborted; first = false, await soon(signal)) {
			const all = await read();
			const fresh = all.filter((line) => !given.has(keyOf(line)));
			given.clear();
			for (const line of all) given.add(keyOf(line));
			const lines = first ? fresh.slice(-(limit ?? 100) || ALL_LINES) : fresh;
			if (lines.length > 0) yield { [field]: lines };
		}
	});
}

/** A generator that waits cannot be told to return; its signal can. Without it a client that left would be served for ever. */
function whileWanted<T>(start: (signal: AbortSignal) => AsyncGenerator<T>): AsyncIterableIterator<T> {
	const stop = new AbortController();
	const values = start(stop.signal);
	return {
		next: () => values.next(),
		return(value) {
			stop.abort();
			return values.return(value);
		},
		[Symbol.asyncIterator]() {
			return this;
		},
	};
}

function keyOf({ timestamp, tags }: LogNode): string {
	return `${tags.deploymentId} ${timestamp}`;
}

function soon(signal: AbortSignal): Promise<void> {
	return pause(EVERY_MS, signal).catch(() => {});
}
