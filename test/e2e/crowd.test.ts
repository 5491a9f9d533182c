import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { App } from 'pulse-app';
import { expect, it, onTestFinished } from 'vitest';
import { startRouter } from '../../packages/pulse-railway/src/router/testing/router.ts';
import { listen } from '../../packages/railway-local/src/edge/edge.ts';

const CROWD = 1_500;
const LIMIT = '/proc/sys/net/core/somaxconn';

/** Connects a crowd at once; says how many got in, as soon as all have or after fifteen seconds. */
const COME = `
	const { connect } = require('node:net');
	let connected = 0;
	const end = () => { console.log(connected); process.exit(); };
	for (let i = 0; i < ${CROWD}; i++) connect(Number(process.argv[1]), '127.0.0.1', () => ++connected === ${CROWD} && end());
	setTimeout(end, 15_000);
`;

const DOORS: readonly [string, () => Promise<number>][] = [
	['router', async () => (await startRouter()).port],
	[
		'app',
		async () => {
			const app = new App({ listener: (_request, response) => response.end() });
			const running = await app.listen({ port: 0, address: '127.0.0.1' });
			onTestFinished(() => running.close({ budgetMs: 0 }));
			return Number(new URL(running.url).port);
		},
	],
	[
		'local platform',
		async () => {
			const server = createServer();
			onTestFinished(() => void server.close());
			return listen(server, 0);
		},
	],
];

it.skipIf(!existsSync(LIMIT) || Number(readFileSync(LIMIT, 'utf8')) < CROWD).each(DOORS)(
	'nobody is turned away when a crowd comes back at once while the %s has its hands full',
	async (_, start) => {
		const port = await start();
		// The server accepts no connection while it waits for this.
		const connected = execFileSync(process.execPath, ['-e', COME, String(port)], { encoding: 'utf8' });
		expect(Number(connected)).toBe(CROWD);
	},
);
