import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App, AppOptions } from '../../app.ts';

export interface Parts {
	/** Counts the visits of a user. */
	visit(request: IncomingMessage, response: ServerResponse): Promise<number>;
	/** An event stream has lost its browser. */
	left(): void;
}

/**
 * One small app, written as the users of each framework write it:
 * `GET /where` answers the request's address as the framework sees it, `GET /events` is an event stream that ends when the
 * browser leaves, `POST /upload` counts the bytes of its body as they come, `GET /visits` counts in the user session and
 * sets a cookie of its own, `GET /fail` throws, `GET /fail-late` throws after the answer has begun.
 */
export type Framework = (parts: Parts) => Pick<AppOptions, 'listener' | 'onStart'>;

export async function visit(app: App, request: IncomingMessage, response: ServerResponse): Promise<number> {
	const session = await app.session(request, response);
	return session.update('visits', (previous) => ((previous as number | undefined) ?? 0) + 1);
}

/** Bytes of a body, counted without keeping them. */
export async function countBytes(body: AsyncIterable<Uint8Array>): Promise<number> {
	let bytes = 0;
	for await (const chunk of body) bytes += chunk.length;
	return bytes;
}
