import {
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { PlatformDescription } from '../describe.ts';
import { isFromPage, isOwnName } from '../own-machine.ts';
import { handleAdmin } from './admin.ts';
import { identify } from './caller.ts';
import type { ApiContext, ApiEngine } from './context.ts';
import { type GraphqlAnswer, prepare, run } from './execute.ts';
import type { ApiCall, Fault } from './faults.ts';
import { GRAPHQL_PATH } from './graphql-path.ts';
import { createRateLimiter } from './rate-limit.ts';
import { loadSchema } from './schema.ts';
import { serveSubscriptions } from './subscriptions.ts';
import { answerUpload, UPLOAD_PATH } from './upload.ts';

/** The HTTP side of the platform's API: GraphQL, uploads, and what the `local` commands ask. */
export interface ServerEngine extends ApiEngine {
	readonly uploadsDir: string;
	snapshotPath(snapshotId: string): string;
	/** For `local status`. */
	describe(): PlatformDescription;
	/** For `local down`. */
	requestStop(): void;
}

const MAX_QUERY_BYTES = 4 * 1024 * 1024;

/** `endSubscriptions` before it is closed. */
export function createApiServer(engine: ServerEngine): { server: Server; endSubscriptions(): void } {
	const schema = loadSchema();
	const limiter = createRateLimiter(engine.behaviour, engine.now);
	let calls = 0;
	const server = createServer((request, response) => {
		route(request, response).catch((error: Error) => {
			if (!response.headersSent) sendText(response, 500, error.message);
			else response.destroy();
		});
	});
	// Uploads of big archives over slow disks outlast Node's five minutes.
	server.requestTimeout = 0;
	const subscriptions = serveSubscriptions(server, schema, ({ headers }) => contextOf(headers, false));
	return { server, endSubscriptions: subscriptions.end };

	async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
		if (!isOwnName(request.headers.host) || isFromPage(request.headers)) return sendText(response, 403, 'Forbidden');
		const url = new URL(request.url ?? '/', 'http://localhost');
		if (url.pathname.startsWith('/local/')) return handleAdmin(engine, url, request, response);
		const upload = UPLOAD_PATH.exec(url.pathname);
		const graphql = GRAPHQL_PATH.test(url.pathname);
		if ((!upload && !graphql) || request.method !== 'POST') return sendText(response, 404, 'Not Found');
		const isBare = graphql && url.search === '' && request.headers['x-source'] === undefined;
		if (isBare && !limiter.takeAtEdge()) return sendText(response, 429, 'error code: 1015');
		const caller = identify(request.headers, engine.world.data);
		const rate = limiter.take(caller.id);
		for (const [name, value] of Object.entries(rate.headers)) response.setHeader(name, value);
		if (!rate.allowed) return sendText(response, 429, 'Too Many Requests');
		if (engine.behaviour.latencyMs > 0) await new Promise((done) => setTimeout(done, engine.behaviour.latencyMs));
		if (!upload) return answerGraphql(schema, request, response);
		const call: ApiCall = { index: ++calls, fields: ['upload'], operation: 'upload', variables: {} };
		await withFault(engine.behaviour.faults(call), response, async () => {
			const [, projectId = '', environmentId = ''] = upload;
			const serviceId = url.searchParams.get('serviceId') ?? '';
			return answerUpload(engine, caller, { projectId, environmentId, serviceId }, request);
		});
	}

	function contextOf(headers: IncomingHttpHeaders, mayBeStale: boolean): ApiContext {
		const { world } = engine;
		return { ...engine, caller: identify(headers, world.data), data: mayBeStale ? world.visible() : world.data };
	}

	async function answerGraphql(schema: GraphQLSchema, request: IncomingMessage, response: ServerResponse) {
		const body = await readJson(request);
		const operationName = typeof body.operationName === 'string' ? body.operationName : undefined;
		const variables = (body.variables ?? {}) as Record<string, unknown>;
		const prepared = prepare(schema, body.query, operationName);
		if ('status' in prepared) return sendJson(response, prepared);
		const call: ApiCall = { index: ++calls, fields: prepared.fields, operation: prepared.kind, variables };
		await withFault(engine.behaviour.faults(call), response, async () => {
			const context = contextOf(request.headers, prepared.kind === 'query');
			const answer = await run(schema, prepared, variables, operationName, context);
			if (prepared.kind === 'mutation') await engine.world.saved();
			return answer;
		});
	}
}

async function withFault(
	fault: Fault | null | undefined,
	response: ServerResponse,
	carryOut: () => Promise<{ status: number; body: object }>,
): Promise<void> {
	const failure = (message: string): GraphqlAnswer => ({
		status: 200,
		body: { data: null, errors: [{ message, extensions: { code: 'INTERNAL_SERVER_ERROR' }, traceId: 'injected' }] },
	});
	switch (fault?.kind) {
		case 'status':
			for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
			return sendText(response, fault.status, fault.body ?? '');
		case 'error':
			return sendJson(response, failure(fault.message));
		case 'drop':
			return void response.destroy();
		case 'hang':
			return;
		case 'delay':
			await new Promise((done) => setTimeout(done, fault.ms));
	}
	const answer = await carryOut();
	if (fault?.kind === 'hang-after') return fault.carriedOut?.();
	if (fault?.kind === 'drop-after') return void response.destroy();
	sendJson(response, fault?.kind === 'error-after' ? failure(fault.message) : answer);
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size <= MAX_QUERY_BYTES) chunks.push(chunk);
	}
	try {
		const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
		return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

function sendJson(response: ServerResponse, { status, body }: { status: number; body: object }): void {
	response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, text: string): void {
	response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
