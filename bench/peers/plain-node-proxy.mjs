import { Agent, request as ask, createServer } from 'node:http';
import { connect } from 'node:net';

const [port, backendPort] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true, maxSockets: 512 });

const server = createServer((request, response) => {
	const { method, url: path } = request;
	const headers = { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress };
	const forwarded = ask({ agent, host: '127.0.0.1', port: backendPort, method, path, headers }, (answer) => {
		response.writeHead(answer.statusCode, answer.headers);
		answer.pipe(response);
	});
	forwarded.on('error', () => response.destroy());
	request.pipe(forwarded);
});
server.on('upgrade', (request, client, head) => {
	const backend = connect(backendPort, '127.0.0.1', () => {
		const { rawHeaders } = request;
		let text = `${request.method} ${request.url} HTTP/1.1\r\n`;
		for (let i = 0; i < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
		backend.write(`${text}\r\n`);
		backend.write(head);
		backend.pipe(client).pipe(backend);
	});
	for (const socket of [client, backend]) socket.on('error', () => {});
});
server.listen(port, '127.0.0.1');
