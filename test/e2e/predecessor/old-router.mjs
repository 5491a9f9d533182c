// Stands in for the router of the Python tools, which is no program of this machine: `node old-router.mjs <active id>`.
// What it shares with the real one is what an upgrade meets: affinity by query, `/healthz`, and an end on SIGTERM.
import { readFileSync } from 'node:fs';
import http from 'node:http';

const [active] = process.argv.slice(2);
const server = http.createServer((request, response) => {
	if (request.url === '/healthz') return void response.end('{"ok":true}');
	const id = new URL(request.url, 'http://router').searchParams.get('pulse_deployment') || active;
	const network = JSON.parse(readFileSync(process.env.PULSE_RAILWAY_PRIVATE_NETWORK, 'utf8'));
	const [host, port] = network[id].split(':');
	const { method, url: path, headers } = request;
	const onward = http.request({ host, port, method, path, headers }, (answer) => {
		response.writeHead(answer.statusCode, { ...answer.headers, 'x-pulse-selected-deployment': id });
		answer.pipe(response);
	});
	onward.on('error', () => response.writeHead(502).end());
	request.pipe(onward);
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => server.close(() => process.exit()));
