import type { ServerResponse } from 'node:http';
import connect from 'connect';
import { countBytes, type Framework } from './routes.ts';

export const connectFramework: Framework = ({ visit, left }) => {
	const app = connect();
	app.use('/where', (request, response) => response.end(request.originalUrl));
	app.use('/events', (_request, response) => {
		response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
		response.on('close', left);
	});
	app.use('/upload', (request, response, next) => {
		countBytes(request).then((bytes) => response.end(String(bytes)), next);
	});
	app.use('/visits', (request, response, next) => {
		response.setHeader('set-cookie', 'theme=dark');
		visit(request, response).then((visits) => response.end(String(visits)), next);
	});
	app.use('/fail-late', (_request, response, next) => {
		response.write('begun');
		next(new Error('secret reason'));
	});
	app.use('/fail', () => {
		throw new Error('secret reason');
	});
	// Connect's own last handler would print the reason.
	app.use((_error: unknown, _request: unknown, response: ServerResponse, _next: unknown) => {
		if (response.headersSent) response.destroy();
		else response.writeHead(500).end();
	});
	return { listener: app };
};
