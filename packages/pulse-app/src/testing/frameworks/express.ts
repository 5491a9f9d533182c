import express from 'express';
import { countBytes, type Framework } from './routes.ts';

export const expressFramework: Framework = ({ visit, left }) => {
	const app = express();
	// Otherwise Express prints the errors.
	app.set('env', 'test');
	app.get('/where', (request, response) => void response.send(request.url));
	app.get('/events', (_request, response) => {
		response.type('text/event-stream').write('data: first\n\n');
		response.on('close', left);
	});
	app.post('/upload', async (request, response) => void response.send(String(await countBytes(request))));
	app.get('/visits', async (request, response) => {
		response.cookie('theme', 'dark');
		response.send(String(await visit(request, response)));
	});
	app.get('/fail', () => {
		throw new Error('secret reason');
	});
	app.get('/fail-late', async (_request, response) => {
		response.write('begun');
		throw new Error('secret reason');
	});
	return { listener: app };
};
