import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from 'pulse-deploy-kit/secret';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireToken } from './token.ts';

const now = 1_800_000_000_000;
let home: string;

beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'pulse-token-'));
});
afterEach(() => rm(home, { recursive: true }));

async function login(content: unknown, file = 'config.json') {
	await mkdir(join(home, '.railway'), { recursive: true });
	await writeFile(join(home, '.railway', file), typeof content === 'string' ? content : JSON.stringify(content));
}

async function find(env: Record<string, string>, explicit?: string) {
	const token = await requireToken({
		env,
		home,
		now,
		cwd: home,
		explicit: explicit === undefined ? undefined : new Secret(explicit),
	});
	return [token.secret.reveal(), token.origin, token.variable];
}

test('an explicit token wins and takes the name of the variable that holds the same value (R11.1)', async () => {
	const env = { RAILWAY_TOKEN: 'project', RAILWAY_API_TOKEN: 'account' };
	expect(await find(env, 'other')).toEqual(['other', 'flag', null]);
	expect(await find(env, 'account')).toEqual(['account', 'flag', 'RAILWAY_API_TOKEN']);
});

test('RAILWAY_TOKEN comes before RAILWAY_API_TOKEN, and the login is last (R11.1)', async () => {
	await login({ user: { accessToken: 'personal' } });
	expect(await find({ RAILWAY_TOKEN: 'project', RAILWAY_API_TOKEN: 'account' })).toEqual([
		'project',
		'RAILWAY_TOKEN',
		'RAILWAY_TOKEN',
	]);
	expect(await find({ RAILWAY_API_TOKEN: 'account' })).toEqual(['account', 'RAILWAY_API_TOKEN', 'RAILWAY_API_TOKEN']);
	expect(await find({})).toEqual(['personal', 'login', null]);
});

test('an empty RAILWAY_TOKEN or --token hides nothing', async () => {
	expect(await find({ RAILWAY_TOKEN: '', RAILWAY_API_TOKEN: 'account' })).toEqual([
		'account',
		'RAILWAY_API_TOKEN',
		'RAILWAY_API_TOKEN',
	]);
	expect(await find({ RAILWAY_TOKEN: ' \n', RAILWAY_API_TOKEN: 'account' }, '')).toEqual([
		'account',
		'RAILWAY_API_TOKEN',
		'RAILWAY_API_TOKEN',
	]);
});

test('no token at all says what to set (R11.4)', async () => {
	await expect(find({})).rejects.toMatchObject({
		message: 'token is required',
		fault: 'user',
		next: expect.stringContaining('RAILWAY_API_TOKEN'),
	});
	await login('{ broken');
	await expect(find({})).rejects.toThrow('token is required');
});

test('an expired login is an error only when nothing else is there (R11.5)', async () => {
	await login({ user: { accessToken: 'old', tokenExpiresAt: now / 1000 + 30 } });
	await expect(find({})).rejects.toMatchObject({
		code: 'login-expired',
		next: expect.stringContaining('railway whoami'),
	});
	expect(await find({ RAILWAY_API_TOKEN: 'account' })).toEqual(['account', 'RAILWAY_API_TOKEN', 'RAILWAY_API_TOKEN']);
});

test.each([
	['seconds', now / 1000 + 3600],
	['milliseconds', now + 3_600_000],
	['none', null],
])('a login whose expiry is given in %s is used while it lasts', async (_unit, tokenExpiresAt) => {
	await login({ user: { accessToken: 'personal', tokenExpiresAt } });
	expect(await find({})).toEqual(['personal', 'login', null]);
});

test('an old login file has only a token', async () => {
	await login({ user: { token: 'legacy' } });
	expect(await find({})).toEqual(['legacy', 'login', null]);
});

test('RAILWAY_ENV chooses the login file (R11.5)', async () => {
	await login({ user: { accessToken: 'staging' } }, 'config-staging.json');
	expect(await find({ RAILWAY_ENV: 'staging' })).toEqual(['staging', 'login', null]);
	await expect(find({})).rejects.toThrow('token is required');
});

test.each([['one\ntwo'], ['a b'], ['tök']])(
	'what cannot be sent as a token is refused by its place, unprinted: %j',
	async (value) => {
		for (const [attempt, place] of [
			[find({ RAILWAY_API_TOKEN: value }), 'RAILWAY_API_TOKEN'],
			[find({}, value), '--token'],
		] as const) {
			const error = await attempt.then(
				() => null,
				(failure: Error) => failure,
			);
			expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(`the token in ${place} has`) });
			expect(JSON.stringify(error) + error?.message).not.toContain(value);
		}
	},
);

test('a token does not print', async () => {
	const token = await requireToken({ env: { RAILWAY_TOKEN: 'hush-hush' }, home, now, cwd: home });
	expect(`${token.secret} ${JSON.stringify(token)}`).not.toContain('hush');
});
