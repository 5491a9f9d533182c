import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployService, readDeployment } from './operations/deployments.ts';
import { createService } from './operations/services.ts';
import { upsertVariables } from './operations/variables.ts';
import {
	cut,
	data,
	dropped,
	errors,
	type Hazard,
	type HazardServer,
	json,
	reply,
	silent,
	startHazardServer,
} from './testing/hazard-server.ts';

const signal = new AbortController().signal;
const answer = data({ deployment: { id: 'd1', status: 'SUCCESS', deploymentStopped: false, createdAt: 'then' } });
let server: HazardServer;

beforeEach(async () => {
	server = await startHazardServer();
});
afterEach(() => server.close());

const count = (operation: string) => server.received.filter((request) => request.operation === operation).length;
const read = (options?: Parameters<HazardServer['connect']>[0]) =>
	server.connect(options).run(readDeployment, { id: 'd1' }, signal);

const passing: [string, Hazard, string][] = [
	['a limit with a page of HTML', reply(429, '<html><body>slow down</body></html>'), 'rate-limited'],
	['the limit at the edge', reply(429, 'error code: 1015'), 'rate-limited'],
	['a bad gateway in plain text', reply(502, 'Bad Gateway'), 'unavailable'],
	['an outage with JSON', json({ errors: [{ message: 'down' }] }, 503), 'unavailable'],
	['a gateway timeout', reply(504, ''), 'timeout'],
	['an error that passes', errors('Problem processing request'), 'unavailable'],
	['a dropped connection', dropped, 'network'],
	['a connection that breaks inside the answer', cut, 'network'],
	['a page of HTML with status 200', reply(200, '<html>maintenance</html>'), 'unavailable'],
	[
		'part of the data and errors',
		json({ data: { deployment: null }, errors: [{ message: 'internal server error' }] }),
		'unavailable',
	],
];

describe.each(passing)('after %s', (_name, hazard, kind) => {
	test('a read is repeated', async () => {
		server.on('readDeployment', hazard, hazard, answer);
		expect((await read()).deployment.id).toBe('d1');
		expect(count('readDeployment')).toBe(3);
	});

	test('a read that keeps failing ends with its kind', async () => {
		server.on('readDeployment', hazard);
		await expect(read()).rejects.toMatchObject({ kind, operation: 'readDeployment', fault: 'platform' });
		expect(count('readDeployment')).toBe(5);
	});

	test('a write that may be done twice is repeated', async () => {
		server.on('serviceInstanceDeployV2', hazard, data({ serviceInstanceDeployV2: 'd2' }));
		const input = { serviceId: 's', environmentId: 'e' };
		expect(await server.connect().run(deployService, input, signal)).toEqual({ serviceInstanceDeployV2: 'd2' });
	});

	test('a creation is repeated only if it surely did not happen', async () => {
		server.on('serviceCreate', hazard, data({ serviceCreate: { id: 's2' } }));
		const creation = server
			.connect()
			.run(createService, { input: { projectId: 'p', environmentId: 'e', name: 'x' } }, signal);
		if (kind === 'rate-limited') expect(await creation).toEqual({ serviceCreate: { id: 's2' } });
		else await expect(creation).rejects.toMatchObject({ kind, mayHaveHappened: true });
		expect(count('serviceCreate')).toBe(kind === 'rate-limited' ? 2 : 1);
	});
});

test('an earlier attempt that may have been carried out is not forgotten', async () => {
	const input = { serviceId: 's', environmentId: 'e' };
	server.on('serviceInstanceDeployV2', dropped, reply(429, '', { 'retry-after': '3600' }));
	await expect(server.connect().run(deployService, input, signal)).rejects.toMatchObject({
		kind: 'rate-limited',
		retryAfterMs: 3_600_000,
		mayHaveHappened: true,
	});
	server.on('serviceInstanceDeployV2', reply(429, '', { 'retry-after': '3600' }));
	await expect(server.connect().run(deployService, input, signal)).rejects.toMatchObject({ mayHaveHappened: false });
});

test('an error that will not pass is told at once, with its trace', async () => {
	server.on('readDeployment', errors('Deployment not found', 'and more'));
	await expect(read()).rejects.toMatchObject({
		kind: 'not-found',
		message: 'Railway refused readDeployment: Deployment not found; and more',
		detail: 'trace trace-7, trace-7',
	});
	expect(count('readDeployment')).toBe(1);
});

test('a missing endpoint never looks like a missing resource', async () => {
	server.on('readDeployment', reply(404, 'not found'));
	await expect(read()).rejects.toMatchObject({
		kind: 'rejected',
		next: expect.stringContaining('PULSE_RAILWAY_API_URL'),
	});
});

test('an answer of another shape names the place', async () => {
	server.on(
		'readDeployment',
		data({ deployment: { id: 7, status: 'SUCCESS', deploymentStopped: false, createdAt: '' } }),
	);
	await expect(read()).rejects.toMatchObject({
		kind: 'rejected',
		detail: 'unexpected: deployment.id',
	});
});

test('HTTP 401 is about the token, whatever the body says', async () => {
	server.on('readDeployment', json({ errors: [{ message: 'nope' }] }, 401));
	await expect(read()).rejects.toMatchObject({ kind: 'unauthorized' });
});

test('a status that Railway adds later is one to wait on', async () => {
	server.on(
		'readDeployment',
		data({ deployment: { id: 'd', status: 'TELEPORTING', deploymentStopped: false, createdAt: '' } }),
	);
	expect((await read()).deployment.status).toBe('WAITING');
});

test('a validation error is not repeated and surely did nothing', async () => {
	server.on('readDeployment', json({ errors: [{ message: 'Cannot query field "x"' }] }, 400));
	await expect(read()).rejects.toMatchObject({ kind: 'rejected', mayHaveHappened: false });
	expect(count('readDeployment')).toBe(1);
});

describe('pauses', () => {
	test('double, half of them random, and end', async () => {
		server.on('readDeployment', dropped);
		await expect(read({ retry: { longestPauseMs: 3_000 } })).rejects.toMatchObject({ kind: 'network' });
		expect(server.pauses).toEqual([375, 750, 1_500, 2_250]);
	});

	test.each([
		['7', 7_000],
		[new Date(1_800_000_009_000).toUTCString(), 9_000],
	])('obey Retry-After: %s', async (header, pause) => {
		server.on('readDeployment', reply(429, '', { 'retry-after': header }), answer);
		await read();
		expect(server.pauses).toEqual([pause]);
	});

	test('longer than the budget are an error at once', async () => {
		server.on('readDeployment', reply(429, '', { 'retry-after': '3600' }));
		await expect(read()).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 3_600_000 });
		expect(count('readDeployment')).toBe(1);
	});
});

describe('time', () => {
	test('without an answer ends by the total limit (R7.18)', async () => {
		server.on('readDeployment', silent);
		await expect(read({ timeouts: { total: 50 }, retry: { attempts: 1 } })).rejects.toMatchObject({
			kind: 'timeout',
			mayHaveHappened: true,
			message: expect.stringContaining('did not answer within 0.05 s'),
		});
	});

	test('is up when the caller aborts, with the reason of the caller', async () => {
		const abort = new AbortController();
		server.on('readDeployment', () => abort.abort(new Error('Ctrl-C')));
		await expect(server.connect().run(readDeployment, { id: 'd' }, abort.signal)).rejects.toThrow('Ctrl-C');
		expect(count('readDeployment')).toBe(1);
	});
});

test('an address where nobody listens is told in one line', async () => {
	const address = server.connect().endpoint;
	await server.close();
	const connection = server.connect({ endpoint: address, retry: { attempts: 2 } });
	await expect(connection.run(readDeployment, { id: 'd' }, signal)).rejects.toMatchObject({
		kind: 'network',
		mayHaveHappened: false,
		message: `Cannot reach ${address.origin} (ECONNREFUSED).`,
	});
	server = await startHazardServer();
});

test('values that were sent do not come back in a message', async () => {
	server.on('variableCollectionUpsert', errors('Variable "$input" got invalid value { DB: "p4ssw0rd" }'));
	const input = {
		projectId: 'p',
		environmentId: 'e',
		variables: { DB: 'p4ssw0rd' },
		replace: false,
		skipDeploys: true,
	} as const;
	const write = server.connect().run(upsertVariables, { input }, signal, { secrets: ['p4ssw0rd'] });
	await expect(write).rejects.toSatisfy(
		(error: Error) => !error.message.includes('p4ssw0rd') && error.message.includes('DB'),
	);
});

test('every request carries a query string and says who asks', async () => {
	server.on('readDeployment', answer);
	await read();
	expect(server.received.map((request) => request.url)).toEqual(Array(2).fill('/graphql/v2?source=pulse-railway'));
	expect(server.received.map((request) => request.headers['x-source'])).toEqual(Array(2).fill('pulse-railway'));
});

test('a redirect is not followed: the request carries a token', async () => {
	server.on('readDeployment', reply(307, '', { location: 'http://127.0.0.1:9/elsewhere' }));
	await expect(read()).rejects.toMatchObject({ kind: 'rejected' });
	expect(count('readDeployment')).toBe(1);
});

describe('what was written a moment ago', () => {
	const notYet = errors('Deployment not found');
	const afterDeploy = async () => {
		const connection = server.connect();
		server.on('serviceInstanceDeployV2', data({ serviceInstanceDeployV2: 'd1' }));
		await connection.run(deployService, { serviceId: 's', environmentId: 'e' }, signal);
		return connection.run(readDeployment, { id: 'd1' }, signal);
	};

	test.each([
		['not found', notYet],
		['not authorized', errors('Not Authorized')],
	])('is read again while Railway says %s', async (_name, hazard) => {
		server.on('readDeployment', ...Array(6).fill(hazard), answer);
		expect((await afterDeploy()).deployment.id).toBe('d1');
	});

	test('is not there when it does not appear within its time', async () => {
		server.on('readDeployment', notYet);
		await expect(afterDeploy()).rejects.toMatchObject({ kind: 'not-found' });
		expect(server.pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(30_000);
	});

	test('is the only thing that is waited for: without a write, not found is final', async () => {
		server.on('readDeployment', notYet);
		await expect(read()).rejects.toMatchObject({ kind: 'not-found' });
		expect(count('readDeployment')).toBe(1);
	});

	test('does not make a refused write be repeated', async () => {
		server.on('serviceInstanceDeployV2', errors('ServiceInstance not found'));
		const call = () => server.connect().run(deployService, { serviceId: 's', environmentId: 'e' }, signal);
		await expect(call()).rejects.toMatchObject({ kind: 'not-found' });
		expect(count('serviceInstanceDeployV2')).toBe(1);
	});
});
