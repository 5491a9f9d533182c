import { PassThrough } from 'node:stream';
import { fastify } from 'fastify';
import { countBytes, type Framework } from './routes.ts';

export const fastifyFramework: Framework = ({ visit, left }) => {
	const app = fastify();
	app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
	app.get('/where', (request) => request.raw.url);
	app.get('/events', (_request, reply) => {
		const events = new PassThrough();
		events.write('data: first\n\n');
		events.on('close', left);
		return reply.type('text/event-stream').send(events);
	});
	app.post('/upload', async (request) => String(await countBytes(request.body as AsyncIterable<Uint8Array>)));
	app.get('/visits', async (request, reply) => {
		reply.raw.setHeader('set-cookie', 'theme=dark');
		return String(await visit(request.raw, reply.raw));
	});
	app.get('/fail', () => {
		throw new Error('secret reason');
	});
	app.get('/fail-late', (_request, reply) => {
		const body = new PassThrough();
		body.write('begun');
		setImmediate(() => body.destroy(new Error('secret reason')));
		return reply.send(body);
	});
	return { onStart: () => app.ready(), listener: app.routing };
};
