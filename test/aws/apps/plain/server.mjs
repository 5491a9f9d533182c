import { createServer } from 'node:http';

/** Knows nothing of any deployment tool but its port; what it was told of its version it repeats. */
const VERSION = process.env.PULSE_DEPLOYMENT_ID;

createServer((request, response) => {
	if (request.url === '/asset.js') return response.end(`/* ${VERSION} */`);
	if (request.url === '/events') {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		const tick = setInterval(() => response.write(`data: ${VERSION}\n\n`), 100);
		return request.on('close', () => clearInterval(tick));
	}
	response.writeHead(200, { 'content-type': 'text/html' });
	response.end(`<!doctype html><head></head><p>${VERSION} asked for ${request.url}</p>`);
}).listen(process.env.PORT, '127.0.0.1');
