import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { Secret } from 'pulse-deploy-kit/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeploymentStore } from '../deployments/store.ts';
import { openStore } from '../stores/open.ts';
import { type ControlTarget, callControl } from './client.ts';
import { CONTROL_BODY_LIMIT, type ControlAnswer, type ControlOptions, handleControl } from './handle.ts';
import { methods } from './methods.ts';
import { signControl } from './sign.ts';

const SECRET = 'a-control-token-of-32-bytes-or-so';
const signal = new AbortController().signal;
let store: DeploymentStore;

beforeEach(async () => {
	store = await openStore('memory:', { prefix: 'p' });
});
afterEach(() => store.close());

const options = (more: Partial<ControlOptions> = {}): ControlOptions => ({
	store,
	secret: SECRET,
	now: Date.now,
	probe: async () => ({ reachable: true, total: 2, connected: 1, drainable: false }),
	reload: async (_record, { within } = {}) => ({ told: 3, overInMs: (within ?? 0) * 1000 }),
	...more,
});

describe('a control request', () => {
	let nonces = 0;
	const signed = (body: string, { at = Date.now(), secret = SECRET } = {}) => {
		const nonce = (nonces++).toString(16).padStart(32, '0');
		const bytes = Buffer.from(body);
		return {
			method: 'POST',
			headers: signControl(secret, { timestamp: String(Math.floor(at / 1000)), nonce }, bytes),
			body: bytes,
		};
	};
	const register = JSON.stringify({ method: 'register', params: { id: 'a', serviceName: 'svc-a' } });
	const NOTHING = { status: 404, body: { detail: 'not found' } };

	it('for the status does not wait for deployments that hang, however many', async () => {
		await store.promote('active', 'active');
		for (let n = 0; n < 40; n++) await store.register(`hung-${n}`, `hung-${n}`);
		const probe: ControlOptions['probe'] = ({ id }) =>
			id === 'active'
				? Promise.resolve({ reachable: true, total: 2, connected: 1, drainable: false })
				: new Promise(() => {});
		const answer = await handleControl(signed('{"method":"status","params":{"probeMs":100}}'), options({ probe }));
		const { sessions } = answer.body.result as { sessions: Record<string, unknown> };
		expect(sessions.active).toMatchObject({ reachable: true, total: 2 });
		expect(sessions['hung-39']).toEqual({ reachable: false, detail: 'no answer within 0.1 s' });
	});

	it('for the status tells commands that know no canaries that one is being made, so that they let it be (R4.15)', async () => {
		await store.promote('one', 'one');
		await store.register('two', 'two');
		await store.beginCanary('two', { share: 500, next: [], everyMs: null });
		const answer = await handleControl(signed('{"method":"status","params":{"sessions":false}}'), options());
		expect(answer.body.result).toMatchObject({
			canaries: true,
			leases: { two: { owner: 'the canary, for 5 % of new visitors' } },
			canaryCount: { canary: { trials: 0, failures: 0 } },
			snapshot: { activeId: 'one', canary: { id: 'two', share: 500 } },
		});
		const removal = JSON.stringify({ method: 'remove', params: { id: 'two', from: 'pending' } });
		const refused = await handleControl(signed(removal), options());
		expect([refused.status, (refused.body.error as { code: string }).code]).toEqual([409, 'canary-runs']);
	});

	it('that is signed is carried out', async () => {
		expect(await handleControl(signed(register), options())).toMatchObject({
			status: 200,
			body: { ok: true, result: { id: 'a', state: 'pending' } },
		});
		expect((await store.find('a'))?.serviceName).toBe('svc-a');
	});

	it('tells the history what was deployed, and a router of before leaves that unread (R4.14)', async () => {
		const provenance = { image: 'shop:two', message: 'fix the cart' };
		const params = { id: 'two', serviceName: 'svc-two', provenance, ofALaterVersion: { known: 'nowhere' } };
		const answer = await handleControl(signed(JSON.stringify({ method: 'promote', params })), options());
		expect(answer.status).toBe(200);
		expect(await store.history()).toMatchObject([{ event: 'activated', id: 'two', ...provenance }]);
		const long = { ...params, provenance: { message: 'a'.repeat(1_001) } };
		expect(await handleControl(signed(JSON.stringify({ method: 'promote', params: long })), options())).toMatchObject({
			status: 400,
		});
	});

	it('tells a deploy that is being made who takes its place, and commands whom they would stop (R8.15)', async () => {
		const ask = async (method: string, params: object) =>
			handleControl(signed(JSON.stringify({ method, params })), options());
		const lease = async (id: string, lane: string) => {
			const request = { name: `lease:${id}`, owner: 'ann', token: `the-token-of-${id}`, ttlMs: 60_000, lane };
			const { fence } = (await ask('lock.acquire', request)).body.result as { fence: number };
			await ask('register', { id, serviceName: id, lock: { name: request.name, fence } });
			return { name: request.name, fence };
		};
		await lease('one', 'deploys');
		await new Promise((done) => setTimeout(done, 2));
		const lock = await lease('two', 'deploys');
		expect((await ask('status', { sessions: false })).body.result).toMatchObject({
			supersedes: true,
			leases: { one: { lane: 'deploys' }, two: { lane: 'deploys' } },
		});
		expect((await ask('superseded', { id: 'one' })).body.result).toBeNull();
		expect((await ask('supersede', { id: 'two', lane: 'deploys', lock })).body.result).toEqual(['one']);
		expect((await ask('superseded', { id: 'one' })).body.result).toBe('two');
		for (const lane of ['', 'deploys ', 'preview ../..', 'preview A']) {
			expect(await ask('supersede', { id: 'two', lane, lock }), lane).toMatchObject({ status: 400 });
		}
	});

	const hostile: Record<string, () => Parameters<typeof handleControl>[0]> = {
		unsigned: () => ({ ...signed(register), headers: {} }),
		'signed with another secret': () => signed(register, { secret: 'another' }),
		'with a changed body': () => ({ ...signed(register), body: Buffer.from(register.replace('svc-a', 'svc-b')) }),
		'with a changed nonce': () => {
			const request = signed(register);
			return { ...request, headers: { ...request.headers, 'x-pulse-control-nonce': 'f'.repeat(32) } };
		},
		'with a changed timestamp': () => {
			const request = signed(register, { at: Date.now() - 30_000 });
			const timestamp = String(Math.floor(Date.now() / 1000));
			return { ...request, headers: { ...request.headers, 'x-pulse-control-timestamp': timestamp } };
		},
		'with an upper case signature': () => {
			const request = signed(register);
			const signature = request.headers['x-pulse-control-signature']!.toUpperCase();
			return { ...request, headers: { ...request.headers, 'x-pulse-control-signature': signature } };
		},
		'with a header given twice': () => {
			const request = signed(register);
			const nonce = request.headers['x-pulse-control-nonce']!;
			return { ...request, headers: { ...request.headers, 'x-pulse-control-nonce': [nonce, nonce] } };
		},
		'signed too long ago': () => signed(register, { at: Date.now() - 62_000 }),
		'signed in the future': () => signed(register, { at: Date.now() + 63_000 }),
		oversize: () => signed(`${register}${' '.repeat(CONTROL_BODY_LIMIT)}`),
		'by another method': () => ({ ...signed(register), method: 'GET' }),
	};
	for (const [what, make] of Object.entries(hostile)) {
		it(`${what} gets the 404 of every internal path and changes nothing`, async () => {
			expect(await handleControl(make(), options())).toEqual(NOTHING);
			expect(await store.find('a')).toBeNull();
		});
	}

	it('is accepted once, by whichever router sees it first', async () => {
		const request = signed(register);
		const answers = await Promise.all([handleControl(request, options()), handleControl(request, options())]);
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
		expect(await handleControl(request, options())).toEqual(NOTHING);
	});

	it('cannot be replayed for as long as its signature is good', async () => {
		let now = Date.now();
		const clock: Clock = { ...systemClock, now: () => now };
		const slow = await openStore('memory:', { prefix: 'p', clock });
		const at = now + 59_000;
		const request = signed(register, { at });
		const late = options({ store: slow, now: () => now });
		expect((await handleControl(request, late)).status).toBe(200);
		now = at + 60_000;
		expect(await handleControl(request, late)).toEqual(NOTHING);
		await slow.close();
	});

	it('without the secret writes nothing to the store, not even a nonce', async () => {
		const watched = { ...store, claimOnce: () => Promise.reject(new Error('claimed')) };
		expect(await handleControl(signed(register, { secret: 'x' }), options({ store: watched }))).toEqual(NOTHING);
	});

	it('is never accepted by a router without a secret', async () => {
		expect(await handleControl(signed(register, { secret: '' }), options({ secret: '' }))).toEqual(NOTHING);
	});

	it('that is signed but makes no sense is told so', async () => {
		for (const body of ['', '[]', '{"method":"explode"}', '{"method":"register","params":{"id":"NOT AN ID"}}']) {
			expect(await handleControl(signed(body), options())).toMatchObject({
				status: 400,
				body: { error: { code: 'usage' } },
			});
		}
	});

	it('that breaks a rule gets the rule', async () => {
		await store.promote('a', 'svc-a');
		expect(await handleControl(signed('{"method":"retire","params":{"id":"a"}}'), options())).toMatchObject({
			status: 409,
			body: { ok: false, error: { code: 'active-deployment', fault: 'user' } },
		});
	});

	it('gets no details of a defect, but the router has them for its log', async () => {
		const broken = { ...store, snapshot: () => Promise.reject(new Error('secret detail')) };
		const answer = await handleControl(signed('{"method":"status"}'), options({ store: broken }));
		expect(answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } });
		expect(JSON.stringify(answer.body)).not.toContain('secret detail');
		expect(String(answer.cause)).toContain('secret detail');
	});
});

describe('the control client', () => {
	let target: ControlTarget;
	let close: () => Promise<void>;
	/** Answers to give before the real ones. */
	let first: (ControlAnswer | 'hang up' | 'hang up after')[];

	beforeEach(async () => {
		first = [];
		const server = createServer(async (request, response) => {
			const body = await read(request);
			const next = first.shift();
			if (next === 'hang up') return request.socket.destroy();
			const handled =
				typeof next === 'object'
					? next
					: await handleControl({ method: request.method ?? '', headers: request.headers, body }, options());
			if (next === 'hang up after') return request.socket.destroy();
			response.writeHead(handled.status).end(JSON.stringify(handled.body));
		}).listen(0, '127.0.0.1');
		await new Promise((resolve) => server.once('listening', resolve));
		const { port } = server.address() as AddressInfo;
		target = { origin: `http://127.0.0.1:${port}`, token: new Secret(SECRET) };
		close = () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		};
	});
	afterEach(() => close());

	it('a promotion says of a container app what it is', async () => {
		const container = { affinity: 'session', healthPath: '/well', port: 8501 } as const;
		await callControl(target, 'promote', { id: 'a', serviceName: 'svc-a', container }, signal);
		expect(await store.find('a')).toMatchObject({ state: 'active', container });
	});

	it('runs a whole deployment', async () => {
		const grant = await callControl(
			target,
			'lock.acquire',
			{ name: 'deploy', owner: 'ann@laptop', token: 'a-lock-token-of-ann', ttlMs: 15_000 },
			signal,
		);
		const lock = { name: 'deploy' as const, fence: grant.granted ? grant.fence : 0 };
		await callControl(target, 'register', { id: 'a', serviceName: 'svc-a', lock }, signal);
		const promotion = await callControl(target, 'promote', { id: 'a', serviceName: 'svc-a', lock }, signal);
		expect(promotion.active.state).toBe('active');
		const status = await callControl(target, 'status', {}, signal);
		expect(status.snapshot.activeId).toBe('a');
		expect(status.sessions).toEqual({ a: { reachable: true, total: 2, connected: 1, drainable: false } });
		expect(status.locks.deploy?.owner).toBe('ann@laptop');
		expect(await callControl(target, 'status', { sessions: false }, signal)).toMatchObject({ sessions: {} });
		expect(await callControl(target, 'reload', { id: 'a' }, signal)).toEqual({ told: 3, overInMs: 0 });
		expect(await callControl(target, 'reload', { id: 'a', within: 60 }, signal)).toEqual({ told: 3, overInMs: 60_000 });
		expect(await callControl(target, 'reload', { id: 'gone' }, signal)).toEqual({ told: 0, overInMs: 0 });
		const renew = { name: 'deploy', token: 'a-lock-token-of-ann', ttlMs: 15_000 } as const;
		expect(await callControl(target, 'lock.renew', renew, signal)).toBe(true);
		expect(await callControl(target, 'lock.release', { name: 'deploy', token: renew.token }, signal)).toBe(true);
		await expect(callControl(target, 'promote', { id: 'b', serviceName: 'svc-b', lock }, signal)).rejects.toMatchObject(
			{
				code: 'lock-lost',
			},
		);
	});

	it('takes a lapsed lock again by its last fence, asks an unknown service, and removes in one state alone', async () => {
		const name = { name: 'deploy' } as const;
		const mine = { ...name, owner: 'ann@laptop', token: 'a-lock-token-of-ann', ttlMs: 15_000 };
		const grant = await callControl(target, 'lock.acquire', mine, signal);
		const lastFence = grant.granted ? grant.fence : 0;
		await store.releaseLock('deploy', mine.token);
		const again = await callControl(target, 'lock.retake', { ...mine, lastFence, firstFence: lastFence }, signal);
		expect(again.granted && again.fence > lastFence).toBe(true);
		await store.releaseLock('deploy', mine.token);
		const refused = await callControl(target, 'lock.retake', { ...mine, lastFence }, signal);
		expect(refused).toMatchObject({ granted: false });
		const unknown = { id: 'lost', serviceName: 'svc-lost' };
		expect(await callControl(target, 'sessions', unknown, signal)).toMatchObject({ reachable: true, total: 2 });
		await store.promote('a', 'svc-a');
		await store.promote('b', 'svc-b');
		const wrong = callControl(target, 'remove', { id: 'a', from: 'pending' }, signal);
		await expect(wrong).rejects.toMatchObject({ code: 'deployment-state' });
		expect(await callControl(target, 'remove', { id: 'a', from: 'draining' }, signal)).toBe(true);
	});

	it('leaves out what it does not know, so that a newer command is understood', async () => {
		await store.register('a', 'svc-a');
		const newer = { id: 'a', unheardOf: 'pending' } as { id: string };
		expect(await callControl(target, 'remove', newer, signal)).toBe(true);
	});

	it('tries again while the router is unreachable, with a nonce that was never used', async () => {
		first.push('hang up', { status: 502, body: {} }, 'hang up after');
		expect(await callControl(target, 'register', { id: 'a', serviceName: 'svc-a' }, signal)).toMatchObject({ id: 'a' });
	});

	it('takes a 404 of the edge for a router that is not there yet', async () => {
		first.push({ status: 404, body: { status: 'error', message: 'Application not found' } });
		expect(await callControl(target, 'remove', { id: 'a' }, signal)).toBe(false);
	});

	it('says that the token is wrong, once', async () => {
		const wrong = callControl({ ...target, token: new Secret('wrong') }, 'status', {}, signal);
		await expect(wrong).rejects.toMatchObject({
			code: 'control-refused',
			detail: expect.stringContaining('control token'),
		});
	});

	it('passes on the error of the router', async () => {
		await store.promote('a', 'svc-a');
		const refused = callControl(target, 'remove', { id: 'a' }, signal);
		await expect(refused).rejects.toMatchObject({
			code: 'active-deployment',
			next: expect.stringContaining('promote'),
		});
	});

	it('gives up after its budget and says what it saw', async () => {
		await close();
		const gone = callControl({ ...target, budgetMs: 100 }, 'status', {}, signal);
		await expect(gone).rejects.toMatchObject({
			code: 'control-unreachable',
			message: expect.stringContaining('ECONNREFUSED'),
		});
	});

	it('tells a router that is away from one whose store is', async () => {
		const store = { ok: false, error: { code: 'store', message: 'deployment store unavailable', fault: 'platform' } };
		const fetch = async () => new Response(JSON.stringify(store), { status: 503 });
		const call = callControl({ ...target, budgetMs: 0, fetch }, 'status', {}, signal);
		await expect(call).rejects.toMatchObject({
			code: 'control-unreachable',
			message: `the router at ${target.origin} cannot do it: deployment store unavailable`,
			next: expect.stringContaining('Redis service'),
		});
	});

	it('stops when it is told to', async () => {
		await close();
		const stop = new AbortController();
		const call = callControl(target, 'status', {}, stop.signal);
		stop.abort(new Error('Ctrl-C'));
		await expect(call).rejects.toThrow('Ctrl-C');
	});

	it('sends nothing over plain http to another machine', async () => {
		const call = callControl({ ...target, origin: 'http://router.example.com' }, 'status', {}, signal);
		await expect(call).rejects.toMatchObject({ code: 'usage' });
	});
});

async function read(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}

describe('a deployment that is being made', () => {
	const lease = { name: 'lease:new', owner: 'anna@laptop: deploy', token: 'a'.repeat(32), ttlMs: 60_000 } as const;
	const ask = (method: keyof typeof methods, params: object) =>
		(methods[method] as { run: (params: object, context: ControlOptions) => Promise<unknown> }).run(params, options());
	const making = async () => {
		const grant = await store.acquireLock(lease);
		if (!grant.granted) throw new Error('not granted');
		const lock = { name: lease.name, fence: grant.fence };
		await ask('register', { id: 'new', serviceName: 'new', lock });
		return { lock, fence: grant.fence };
	};

	it('is told with its maker, and is removed by that one alone while its lease lives', async () => {
		const { lock } = await making();
		expect(await ask('status', { sessions: false, probeMs: 1 })).toMatchObject({
			leases: { new: { owner: 'anna@laptop: deploy' } },
		});
		// Also by an older command, which knows no states to remove from.
		for (const from of [{}, { from: 'pending' }])
			await expect(ask('remove', { id: 'new', ...from })).rejects.toMatchObject({
				code: 'lock-held',
				message: "deployment 'new' is being made by anna@laptop: deploy",
			});
		expect(await ask('remove', { id: 'new', from: 'pending', lock })).toBe(true);
	});

	it('is abandoned once its lease has lapsed, and a maker that slept cannot go on with what was removed', async () => {
		const { fence } = await making();
		await store.releaseLock(lease.name, lease.token);
		expect(await ask('status', { sessions: false, probeMs: 1 })).toMatchObject({ leases: {} });
		expect(await ask('remove', { id: 'new', from: 'pending' })).toBe(true);
		expect(await store.acquireLock({ ...lease, lastFence: fence })).toMatchObject({ granted: false });
	});

	it('is gone on with by a maker that slept, where no other command removed it', async () => {
		const { fence } = await making();
		await store.releaseLock(lease.name, lease.token);
		expect(await store.acquireLock({ ...lease, lastFence: fence })).toMatchObject({ granted: true });
	});
});
