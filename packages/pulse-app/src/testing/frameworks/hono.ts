import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { countBytes, type Framework } from './routes.ts';

export const honoFramework: Framework = ({ visit, left }) => {
	const app = new Hono<{ Bindings: HttpBindings }>();
	// Without it Hono prints the error.
	app.onError((_error, c) => c.text('failed', 500));
	app.get('/where', (c) => c.text(c.env.incoming.url ?? ''));
	app.get('/events', (c) =>
		streamSSE(c, async (stream) => {
			const gone = new Promise<void>((resolve) => stream.onAbort(resolve));
			await stream.writeSSE({ data: 'first' });
			await gone;
			left();
		}),
	);
	app.post('/upload', async (c) =>
		c.text(String(await countBytes(c.req.raw.body as unknown as AsyncIterable<Uint8Array>))),
	);
	app.get('/visits', async (c) => {
		c.env.outgoing.setHeader('set-cookie', 'theme=dark');
		return c.text(String(await visit(c.env.incoming, c.env.outgoing)));
	});
	app.get('/fail', () => {
		throw new Error('secret reason');
	});
	app.get('/fail-late', () => {
		const body = new ReadableStream({
			start: (controller) => {
				controller.enqueue(new TextEncoder().encode('begun'));
				setImmediate(() => controller.error(new Error('secret reason')));
			},
		});
		return new Response(body);
	});
	return { listener: getRequestListener(app.fetch) };
};
