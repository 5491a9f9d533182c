import { createServer } from 'node:http';
import express from 'express';
import { WebSocketServer } from 'ws';

const version = process.env.PULSE_DEPLOYMENT_ID ?? 'of this machine';
const page = `<!doctype html><title>Counter</title><p>version ${version}</p><button>0</button>
<script>
const socket = new WebSocket(location.protocol.replace('http', 'ws') + '//' + location.host + '/count');
socket.onmessage = ({ data }) => { document.querySelector('button').textContent = data; };
document.querySelector('button').onclick = () => socket.send('more');
</script>`;

const app = express();
app.get('/', (_request, response) => response.type('html').send(page));
app.get('/api/version', (_request, response) => response.json({ version }));

const server = createServer(app);
new WebSocketServer({ server, path: '/count' }).on('connection', (socket) => {
	let count = 0; // lives as long as the tab's socket
	socket.on('message', () => socket.send(String(++count)));
});
server.listen(3000);
