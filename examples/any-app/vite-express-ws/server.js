import { createServer } from 'node:http';
import express from 'express';
import { WebSocketServer } from 'ws';

const version = process.env.PULSE_DEPLOYMENT_ID ?? 'of this machine';
const said = []; // in the memory of this version
const guests = [];

const app = express();
app.use(express.static('dist'));
app.get('/said.txt', (_request, response) => response.attachment().send(`${version}\n${said.join('\n')}\n`));
app.post('/files', express.raw({ type: () => true, limit: '50mb' }), (request, response) => {
	response.send(`${version} has ${request.body.length} bytes`);
});
app.post('/sign', express.urlencoded({ extended: false }), (request, response) => {
	guests.push(request.body.name);
	response.redirect(303, `/?guests=${guests.length}`);
});

const server = createServer(app);
const sockets = new WebSocketServer({ server, path: '/room' });
sockets.on('connection', (socket) => {
	for (const line of said) socket.send(line);
	socket.on('message', (text) => {
		said.push(`${version}: ${text}`);
		for (const other of sockets.clients) other.send(said.at(-1));
	});
});
server.listen(3000);
