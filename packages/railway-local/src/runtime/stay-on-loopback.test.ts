import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { client, createService, createStack, deployFiles, logs, startPlatform, until } from '../testing/harness.ts';
import { loopbackCommand } from './stay-on-loopback.ts';

const LISTENERS = `
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { createServer as netServer } from 'node:net';
import { createServer as tlsServer } from 'node:tls';
const forms = [
	[Number(process.env.PORT)], [0, '::'], [0, '0.0.0.0'], ['0', undefined, 511], [0, 511], [], [{ port: 0 }],
	[{ port: 0, host: '::', ipv6Only: true }], [0, '127.0.0.2'], [{ port: 0, host: 'localhost' }],
];
const open = (make) => (form) => new Promise((done) => {
	const server = make();
	server.listen(...form, () => done(server.address().address));
});
if (cluster.isWorker) {
	console.log('worker ' + await open(createServer)([0, '::']));
} else {
	const all = [...await Promise.all(forms.map(open(createServer))), ...await Promise.all([netServer, tlsServer].map((make) => open(make)([0])))];
	const path = '/tmp/loopback-' + process.pid;
	const socket = netServer().listen(path, () => { console.log(socket.address() === path ? 'path kept' : 'path lost'); socket.close(); });
	console.log('listens ' + JSON.stringify(all));
	console.log('option ' + process.execArgv.length + ' ' + process.env.NODE_OPTIONS.split(' ').length);
	cluster.fork();
}
setInterval(() => {}, 1000);
`;

test('whatever a service listens on, nobody reaches it from another machine', async () => {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const variables = { NODE_OPTIONS: '--max-old-space-size=100' };
	const web = await createService(api, stack, 'web', { startCommand: 'node server.mjs' }, variables);
	const id = await deployFiles(api, stack, web, { 'server.mjs': LISTENERS });
	const line = (start: string) =>
		until(`a line starts with ${start}`, async () => (await logs(api, id)).find((text) => text.startsWith(start)));
	const addresses = JSON.parse((await line('listens')).slice('listens '.length)) as string[];
	const outside = Object.values(networkInterfaces())
		.flatMap((all) => all ?? [])
		.filter(({ internal }) => !internal);
	expect(addresses).toHaveLength(12);
	for (const address of addresses) {
		expect(address).toMatch(/^127\.0\.0\.[12]$|^::1$/);
		expect(outside.map((one) => one.address)).not.toContain(address);
	}
	expect(await line('worker')).toBe('worker 127.0.0.1');
	expect(await line('path')).toBe('path kept');
	expect(await line('option')).toBe('option 0 2');
});

test.each([
	[
		`sh -c 'pulse run "$F" --prod --address :: --port "$PORT"'`,
		`sh -c 'pulse run "$F" --prod --address 127.0.0.1 --port "$PORT"'`,
	],
	['uvicorn app:app --host 0.0.0.0 --port 80', 'uvicorn app:app --host 127.0.0.1 --port 80'],
	['serve --host="::"', 'serve --host=127.0.0.1'],
	['serve --host 10.0.0.1 --address ::1', 'serve --host 10.0.0.1 --address ::1'],
	['serve --host 0.0.0.0.example', 'serve --host 0.0.0.0.example'],
])('the command %s listens on loopback', (written, run) => expect(loopbackCommand(written)).toBe(run));
