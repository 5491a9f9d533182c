import { connect } from 'node:net';
import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { LocalPlatform } from '../platform.ts';
import { bearer, client, createService, createStack, deployFiles, startPlatform } from '../testing/harness.ts';

/** The official client of the protocol; `headers` are the handshake's. */
function follow(platform: LocalPlatform, query: string, variables: Record<string, unknown>, headers = auth(platform)) {
	class WithHeaders extends WebSocket {
		constructor(url: string, protocols: string[]) {
			super(url, protocols, { headers });
		}
	}
	const url = platform.apiUrl.replace('http:', 'ws:');
	const socket = createClient({ url, webSocketImpl: WithHeaders, retryAttempts: 0 });
	onTestFinished(() => socket.terminate());
	return socket.iterate<Record<string, unknown>>({ query, variables });
}

const auth = (platform: LocalPlatform) => bearer(platform.accountToken);
const APP = {
	Dockerfile: 'FROM node:24\nCOPY . .\n',
	'app.js':
		'let n = 0; console.log("first"); setInterval(() => { for (let i = 0; i < 3; i++) console.log("tick " + n++) }, 50)',
};

async function running() {
	const platform = await startPlatform();
	const api = client(platform);
	const stack = await createStack(api);
	const service = await createService(api, stack, 'app', { startCommand: 'node app.js' });
	const deploymentId = await deployFiles(api, stack, service, APP);
	return { platform, deploymentId };
}

test('a deployment is told of at each change, and its log goes on while it is written', async () => {
	const { platform, deploymentId } = await running();
	const statuses: unknown[] = [];
	const deployment = 'subscription($id: String!) { deployment(id: $id) { status environmentId snapshotId } }';
	for await (const { data } of follow(platform, deployment, { id: deploymentId })) {
		statuses.push((data as { deployment: { status: string } }).deployment.status);
		if (statuses.at(-1) === 'SUCCESS') break;
	}
	expect(new Set(statuses).size).toBe(statuses.length);

	const log = 'subscription($id: String!) { deploymentLogs(deploymentId: $id, limit: 500) { timestamp message } }';
	const lines: { timestamp: string; message: string }[] = [];
	for await (const { data } of follow(platform, log, { id: deploymentId })) {
		lines.push(...(data as { deploymentLogs: typeof lines }).deploymentLogs);
		if (lines.filter(({ message }) => message.startsWith('tick')).length > 20) break;
	}
	const ticks = lines.filter(({ message }) => message.startsWith('tick'));
	expect(ticks.map(({ message }) => message)).toEqual(ticks.map((_, nth) => `tick ${nth}`));
	// A client that knows lines by their times would drop the second of two with the same.
	expect(new Set(lines.map(({ timestamp }) => timestamp)).size).toBe(lines.length);
});

test('who may not ask a question may not follow its answer either', async () => {
	const { platform, deploymentId } = await running();
	const log = 'subscription($id: String!) { deploymentLogs(deploymentId: $id) { message } }';
	const nobody = follow(platform, log, { id: deploymentId }, bearer('no token of ours'));
	await expect(nobody.next().then(JSON.stringify, JSON.stringify)).resolves.toContain('Not Authorized');
	for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }]) {
		const strange = follow(platform, log, { id: deploymentId }, { ...auth(platform), ...headers });
		await expect(strange.next()).rejects.toBeDefined();
	}
});

test('a handshake that no URL can be made of, or that is reset while it is refused, ends nothing', async () => {
	const platform = await startPlatform();
	const port = Number(new URL(platform.apiUrl).port);
	for (const target of ['//', '/elsewhere']) {
		const socket = connect(port, '127.0.0.1');
		const head = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
		await new Promise<void>((resolve) => socket.write(head, () => resolve()));
		await new Promise<void>((resolve) => socket.once('data', () => resolve()).once('close', () => resolve()));
		socket.resetAndDestroy();
	}
	expect((await client(platform).ask('{ me { id } }')).status).toBe(200);
});

test('a platform that is ended does not wait for those who follow', async () => {
	const { platform, deploymentId } = await running();
	const log = 'subscription($id: String!) { deploymentLogs(deploymentId: $id) { message } }';
	const following = follow(platform, log, { id: deploymentId });
	await following.next();
	await platform.close();
	// Whatever becomes of the stream, it ends: a platform that waited for it would not have closed.
	await following.next().catch(() => {});
});
