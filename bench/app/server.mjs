import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express from 'express';
import { App } from 'pulse-app';
import { Server } from 'socket.io';

// An Express app with Socket.IO of its own: by itself, or (`pulse`) with `pulse-app` around it. Says its port, and what it
// holds when asked. By Node alone: what loads TypeScript in between has ideas of its own about Express.
const orders = Array.from({ length: 8 }, (_, id) => ({ id, customer: 'Ada Lovelace', total: 129.5, state: 'shipped' }));
const site = express();
site.get('/api/orders', (_request, response) => {
	response.json(orders);
});

function addSockets(server) {
	new Server(server, { path: '/chat.io/' }).on('connection', (socket) => {
		socket.on('say', (message, heard) => heard(message));
	});
}

async function listen() {
	if (process.argv[2] === 'pulse') {
		const quiet = () => {};
		const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
		const app = new App({ listener: site, onStart: ({ server }) => addSockets(server) });
		return Number(new URL((await app.listen({ port: 0, address: '127.0.0.1', logger })).url).port);
	}
	const server = createServer(site);
	addSockets(server);
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return server.address().port;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('message', () => {
	for (let times = 0; times < 3; times++) collect();
	const { heapUsed, external } = process.memoryUsage();
	process.send({ bytes: heapUsed + external });
});
process.on('disconnect', () => process.exit());
process.send({ port: await listen() });
