import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startBackend } from '../testing/sockets.ts';

/** Has these paths; counts what it was asked. */
async function startSite(name: string, paths: readonly string[], missing = 'no such file') {
	const asked: string[] = [];
	const port = await startBackend((request, response) => {
		asked.push(request.url!);
		if (paths.includes(request.url!)) response.end(`${name}${request.url}`);
		else response.writeHead(404, { 'x-from': name }).end(missing);
	});
	return { port, asked };
}

const asset = (path: string, dest = 'script', more: string[] = []) => get(path, [`Sec-Fetch-Dest: ${dest}`, ...more]);

async function skewed(options = {}) {
	const v3 = await startSite('v3', ['/c3.js']);
	const v2 = await startSite('v2', ['/c2.js']);
	const v1 = await startSite('v1', ['/c1.js', '/c2.js']);
	const { port, table } = await startEdge({
		deployments: { v1: v1.port, v2: v2.port, v3: v3.port },
		...options,
	});
	for (const id of ['v2', 'v3']) table.promote(id);
	return { port, v1, v2, v3 };
}

it('a chunk that the active deployment lacks comes from the newest draining one that has it', async () => {
	const { port, v1 } = await skewed();
	const answer = await exchange(port, asset('/c2.js'));
	expect(answer).toMatch(/^HTTP\/1\.1 200 .*x-pulse-selected-deployment: v2\r\n.*v2\/c2\.js$/s);
	expect(v1.asked).toEqual([]);
	expect(await exchange(port, asset('/c1.js', 'style'))).toMatch(/v1\/c1\.js$/);
	expect(await exchange(port, asset('/c3.js'))).toMatch(/v3\/c3\.js$/);
});

it('the finding is remembered, and so is that nobody has it', async () => {
	const { port, v1, v2 } = await skewed();
	await exchange(port, asset('/c1.js'));
	expect(v2.asked).toEqual(['/c1.js']);
	await exchange(port, asset('/c1.js'));
	expect(v2.asked).toEqual(['/c1.js']);
	expect(v1.asked).toEqual(['/c1.js', '/c1.js']);
	for (let i = 0; i < 3; i++) {
		expect(await exchange(port, asset('/none.js'))).toMatch(
			/^HTTP\/1\.1 404 .*x-from: v3\r\n.*x-pulse-selected-deployment: v3\r\n.*no such file/s,
		);
	}
	expect(v2.asked).toEqual(['/c1.js', '/none.js']);
});

it('only assets without affinity are looked for elsewhere', async () => {
	const { port, v2 } = await skewed();
	for (const bytes of [
		get('/c2.js'),
		asset('/c2.js', 'document'),
		asset('/c2.js', 'empty'),
		asset('/c2.js', 'script', ['x-pulse-deployment: v3']),
		get('/c2.js', ['Sec-Fetch-Dest: script'], 'HEAD'),
	]) {
		expect(await exchange(port, bytes)).toMatch(/^HTTP\/1\.1 404 /);
	}
	expect(v2.asked).toEqual([]);
});

it('a draining deployment that is down does not hide the next one', async () => {
	const v3 = await startSite('v3', []);
	const v1 = await startSite('v1', ['/c.js']);
	const { port, table } = await startEdge({ deployments: { v1: v1.port, v2: 1, v3: v3.port } });
	for (const id of ['v2', 'v3']) table.promote(id);
	expect(await exchange(port, asset('/c.js'))).toMatch(/v1\/c\.js$/);
});

it('can be switched off', async () => {
	const { port } = await skewed({ assetFallback: false });
	expect(await exchange(port, asset('/c2.js'))).toMatch(/^HTTP\/1\.1 404 /);
});
