import type { IncomingMessage, ServerResponse } from 'node:http';
import { identify } from './caller.ts';
import type { ServerEngine } from './server.ts';

/** What `local status` and `local down` ask of a running platform. Not part of Railway's API. */
export function handleAdmin(engine: ServerEngine, url: URL, request: IncomingMessage, response: ServerResponse): void {
	const { kind } = identify(request.headers, engine.world.data);
	const action = `${request.method} ${url.pathname}`;
	if (kind !== 'account') send(response, 401, { message: 'Not Authorized' });
	else if (action === 'GET /local/status') send(response, 200, engine.describe());
	else if (action === 'POST /local/stop') {
		send(response, 202, { stopping: true });
		engine.requestStop();
	} else send(response, 404, { message: 'Not Found' });
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
