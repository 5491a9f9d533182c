import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startRouter } from './testing/router.ts';

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

it.skipIf(!existsSync(LIMIT) || Number(readFileSync(LIMIT, 'utf8')) < CROWD)(
	'nobody is turned away when a crowd comes back at once while the router has its hands full',
	async () => {
		const { port } = await startRouter();
		// Accepts nobody while it waits for this.
		const connected = execFileSync(process.execPath, ['-e', COME, String(port)], { encoding: 'utf8' });
		expect(Number(connected)).toBe(CROWD);
	},
);
