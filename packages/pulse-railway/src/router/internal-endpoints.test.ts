import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { failureAnswer, writeAnswer } from 'pulse-edge/report/answer';
import { expect, it, onTestFinished } from 'vitest';
import { controlAnswer } from './internal-endpoints.ts';

it('a control request whose body never comes is refused like any internal path, and asks nothing of the store', async () => {
	let handled = 0;
	const handle = async () => ({ status: 200, body: { handled: ++handled } });
	const server = createServer((request, response) => {
		void controlAnswer(request, handle, 1024, () => {}, 20).then((answer) => writeAnswer(response, answer));
	}).listen(0, '127.0.0.1');
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	await once(server, 'listening');
	const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
	socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n{');
	expect(String((await once(socket, 'data'))[0])).toContain(failureAnswer('internal-path').body);
	expect(handled).toBe(0);
	socket.destroy();
});
