import { createServer } from 'node:http';
import { serverProgram } from 'aws-world/tasks/server-program';
import { afterEach, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { logs } from './logs.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

const request = { deploymentName: NAME, deploymentId: null, follow: false, since: null, limit: 100 };
const newest = (more: object = {}) => logs(account.connect().session, { ...request, ...more });
const said = async (more: object = {}) => (await newest(more)).lines.map(({ message }) => message);

/** Says its id and a number for each page, as each task of a deployment. */
const talking = serverProgram(async ({ env, onLine }) => {
	let pages = 0;
	onLine(`${env.PULSE_AWS_DEPLOYMENT_ID} up`);
	return createServer((request, response) => {
		const id = env.PULSE_AWS_DEPLOYMENT_ID ?? '';
		if (request.url === '/page') onLine(`page ${++pages}`);
		response.end(request.url?.startsWith('/_pulse/meta') ? JSON.stringify({ deployment_id: id }) : id);
	});
});

async function deployed(): Promise<string> {
	const { result } = await deploy(account.connect().session, await asked());
	return result?.deployment_id ?? '';
}

test('the newest lines of the active deployment, of all its tasks, however long ago', async () => {
	account = await openAccount({ program: talking });
	const first = await deployed();
	const second = await deployed();
	const up = (await said()).filter((line) => line.endsWith('up'));
	expect(up).toEqual([`${second} up`, `${second} up`]);
	expect(await said({ deploymentId: first })).toEqual([`${first} up`, `${first} up`]);
	await account.world.clock.sleep(3 * 3_600_000);
	expect(await said()).toContain(`${second} up`);
	expect(await said({ limit: 1 })).toHaveLength(1);
	expect(await said({ since: { ago: 60_000 } })).toEqual([]);
});

test('a deployment that never was has no log; the next command is said', async () => {
	account = await openAccount({ program: talking });
	await deployed();
	await expect(newest({ deploymentId: 'shop-20200101-000000Z' })).rejects.toMatchObject({
		message: "deployment 'shop-20200101-000000Z' not found, and it has left no log",
		next: 'List them: pulse-aws status',
	});
});

test('followed, lines come as they are written', async () => {
	account = await openAccount({ program: talking });
	await deployed();
	const ended = new AbortController();
	const { session } = account.connect({ signal: ended.signal });
	const lines: string[] = [];
	const following = logs(session, {
		...request,
		follow: true,
		onLines: (some) => void lines.push(...some.map(({ text }) => text)),
	});
	await expect.poll(() => lines.length).toBeGreaterThan(0);
	await fetch(`${await account.origin()}/page`);
	const advancing = setInterval(() => void account.world.clock.sleep(1_000), 20);
	await expect.poll(() => lines.filter((line) => line === 'page 1'), { timeout: 10_000 }).toHaveLength(1);
	clearInterval(advancing);
	ended.abort();
	await following;
});
