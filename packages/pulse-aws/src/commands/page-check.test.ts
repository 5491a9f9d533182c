import { createServer } from 'node:http';
import { serverProgram } from 'aws-world/tasks/server-program';
import { afterEach, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { status } from './status.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

type Thrown = Error & { code?: string; detail?: string; next?: string };

async function attempt(on: Account, broken: Account['broken'], flags: Readonly<Record<string, unknown>> = {}) {
	on.broken = broken;
	const { session, host } = on.connect();
	const outcome = await deploy(session, await asked(flags)).catch((thrown: Thrown) => thrown);
	return outcome instanceof Error
		? { error: outcome as Thrown, id: null, told: host.text() }
		: { error: null, id: outcome.result?.deployment_id ?? null, told: host.text() };
}

const active = async (on: Account) => (await status(on.connect().session, NAME)).active;

test('a version whose pages fail does not become active although it is healthy, and its log is told', async () => {
	account = await openAccount();
	const { id } = await attempt(account, null);
	const { error, told } = await attempt(account, 'pages-500');
	expect(error).toMatchObject({
		code: 'page-failed',
		message: expect.stringMatching(/^\/ of shop-\S+ gives status 500\.$/),
		detail: expect.stringMatching(/The active version answers status 200\..*\| Error: database is not configured/s),
		next: expect.stringContaining('--no-page-check'),
	});
	expect(told).toContain('nothing has changed for visitors');
	expect(await active(account)).toBe(id);
	expect((await status(account.connect().session, NAME)).deployments).toHaveLength(1);
});

test('the first version ever is refused as well', async () => {
	account = await openAccount();
	const { error } = await attempt(account, 'pages-500');
	expect(error?.code).toBe('page-failed');
	expect(error?.detail).not.toContain('active version');
});

test('--no-page-check goes on, and the next version may be as bad as the active one', async () => {
	account = await openAccount();
	expect((await attempt(account, 'pages-500', { pageCheck: false })).error).toBeNull();
	const next = await attempt(account, 'pages-500');
	expect(next.error).toBeNull();
	expect(next.told).toContain(`/ gives status 500 on ${next.id}, and status 500 on the active version.`);
	expect(await active(account)).toBe(next.id);
});

test('--health-path names the page', async () => {
	account = await openAccount();
	expect((await attempt(account, 'pages-500', { healthPath: '/_pulse/health?deep=1' })).error).toBeNull();
	const { error } = await attempt(account, 'pages-500', { healthPath: '/shop?a=1' });
	// The active one fails there as well.
	expect(error).toBeNull();
});

test('a page that asks to sign in is an answer', async () => {
	account = await openAccount();
	expect((await attempt(account, 'asks-to-sign-in')).error).toBeNull();
});

test('a machine that the load balancer does not let in relies on the health of the targets, told once', async () => {
	account = await openAccount();
	const { session, host } = account.connect();
	const frontDoor = () => ({ get: async () => Promise.reject(new Error('connect ETIMEDOUT')) });
	account.broken = 'pages-500';
	const { result } = await deploy({ ...session, frontDoor }, await asked({ allowedCidr: ['192.0.2.0/24'] }));
	expect(await active(account)).toBe(result?.deployment_id);
	expect(host.text().match(/cannot be reached from here/g)?.length).toBeGreaterThan(0);
});

test('a page that streams for ever is judged by its head', async () => {
	account = await openAccount({
		program: serverProgram(({ env }) =>
			createServer((request, response) => {
				if (request.url?.startsWith('/_pulse/meta')) {
					return response.end(JSON.stringify({ deployment_id: env.PULSE_AWS_DEPLOYMENT_ID }));
				}
				if (request.url?.startsWith('/_pulse/')) return response.end();
				response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
			}),
		),
	});
	expect((await attempt(account, null)).error).toBeNull();
});
