/**
 * Python's h11, as strict a client as there is, on one kept connection to a router: every kind of answer, fifty times over.
 * Needs Python with h11 (pip install h11). `jiti test/outside/strict-client.ts`
 */
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createRouter } from '../../packages/pulse-railway/src/router/server.ts';
import { silentLog } from '../../packages/pulse-railway/src/router/testing/silent-log.ts';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';

if (spawnSync('python3', ['-c', 'import h11']).status !== 0) {
	process.stdout.write('Skipped: there is no Python with h11 on this machine.\n');
	process.exit(0);
}
const app = createServer((request, response) => {
	switch (request.url) {
		case '/echo':
			return void request.pipe(response);
		case '/chunked':
			response.writeHead(200, { Trailer: 'X-Sum' });
			response.write('one');
			response.addTrailers({ 'X-Sum': '3' });
			return void setTimeout(() => response.end('two'), 2);
		case '/empty':
			return void response.writeHead(204).end();
		case '/unchanged':
			return void response.writeHead(304, { ETag: '"a"' }).end();
		case '/large':
			return void response.end('l'.repeat(300_000));
		case '/early':
			response.writeEarlyHints({ link: '</a.css>; rel=preload' });
			return void response.end('late');
		default:
			return void response.end('small');
	}
});
await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
const address = { host: '127.0.0.1', port: (app.address() as AddressInfo).port };
let failed = false;
for (const direct of [true, false]) {
	const store = await openStore('memory:', { prefix: 'judge' });
	await store.promote('v1', 'v1');
	const network = { address: () => address, refresh: () => false };
	const router = createRouter({ store, network, log: silentLog, direct });
	const { port } = await router.listen({ port: 0, host: '127.0.0.1' });
	const script = fileURLToPath(new URL('./strict-client.py', import.meta.url));
	const client = spawn('python3', [script, String(port)], { stdio: 'inherit' });
	const code = await new Promise((resolve) => client.once('exit', resolve));
	failed ||= code !== 0;
	process.stdout.write(`${direct ? 'our parser' : "Node's parser"}: ${code === 0 ? 'all answers read' : 'refused'}\n`);
	await router.close({ budgetMs: 0 });
	await store.close();
}
app.closeAllConnections();
app.close();
process.exitCode = failed ? 1 : 0;
