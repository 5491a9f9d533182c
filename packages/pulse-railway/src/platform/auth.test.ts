import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readWorkspaces } from './operations/account.ts';
import { deployService } from './operations/deployments.ts';
import { data, dropped, errors, type HazardServer, reply, silent, startHazardServer } from './testing/hazard-server.ts';

const signal = new AbortController().signal;
let server: HazardServer;

beforeEach(async () => {
	server = await startHazardServer();
});
afterEach(() => server.close());

const count = (operation: string) => server.received.filter((request) => request.operation === operation).length;

describe('the token', () => {
	const ask = (options?: Parameters<HazardServer['connect']>[0]) =>
		server.connect(options).run(readWorkspaces, {}, signal);
	const workspaces = data({ apiToken: { workspaces: [] } });
	const scope = { project: { id: 'p', name: 'P' }, environment: { id: 'e', name: 'E' } };
	const header = (name: string) => server.received.map((request) => request.headers[name]);

	test('goes as project token when Railway knows it as one, and is identified once (R11.2)', async () => {
		server.on('readTokenScope', data({ projectToken: scope }));
		server.on('readWorkspaces', workspaces);
		const connection = server.connect();
		await Promise.all([connection.run(readWorkspaces, {}, signal), connection.run(readWorkspaces, {}, signal)]);
		expect(await connection.identify(signal)).toEqual({ mode: 'project-token', scope });
		expect(header('project-access-token')).toEqual(Array(3).fill('token-of-the-user'));
		expect(header('authorization')).toEqual(Array(3).fill(undefined));
	});

	test.each([
		['null', data({ projectToken: null })],
		['not authorized', errors('Not Authorized')],
		['no such token', errors('Project Token not found')],
		['HTTP 401', reply(401, '')],
	])('goes as bearer when the probe says %s (R11.2)', async (_name, hazard) => {
		server.on('readTokenScope', hazard);
		server.on('readWorkspaces', workspaces);
		await ask();
		expect(header('authorization')).toEqual([undefined, 'Bearer token-of-the-user']);
	});

	test('is not taken for a bearer token because the network failed', async () => {
		server.on('readTokenScope', dropped);
		await expect(ask()).rejects.toMatchObject({ kind: 'network' });
		expect(count('readWorkspaces')).toBe(0);
	});

	test('is identified again after a failed probe', async () => {
		server.on('readTokenScope', reply(503, ''), data({ projectToken: scope }));
		const connection = server.connect({ retry: { attempts: 1 } });
		await expect(connection.identify(signal)).rejects.toMatchObject({ kind: 'unavailable' });
		expect((await connection.identify(signal)).mode).toBe('project-token');
	});

	test('is not lost to a caller because another, who asked first, had less patience', async () => {
		let answer = () => {};
		const answered = new Promise<void>((resolve) => {
			answer = resolve;
		});
		server.on('readTokenScope', async (...request) => {
			await answered;
			data({ projectToken: scope })(...request);
		});
		const connection = server.connect();
		const hurry = new AbortController();
		const hurried = connection.identify(hurry.signal);
		const patient = connection.identify(signal);
		hurry.abort(new DOMException('too late', 'TimeoutError'));
		await expect(hurried).rejects.toThrow('too late');
		answer();
		expect((await patient).mode).toBe('project-token');
		expect(count('readTokenScope')).toBe(1);
	});

	test('is no longer asked for once every caller has left, and asked for anew by the next', async () => {
		server.on('readTokenScope', silent, data({ projectToken: scope }));
		const connection = server.connect();
		const [first, second] = [new AbortController(), new AbortController()];
		const both = [connection.identify(first.signal), connection.identify(second.signal)];
		await vi.waitFor(() => expect(count('readTokenScope')).toBe(1));
		first.abort();
		second.abort();
		for (const left of both) await expect(left).rejects.toThrow();
		expect((await connection.identify(signal)).mode).toBe('project-token');
	});

	test('is asked with beside the probe when it is probably known, and once when that was right', async () => {
		let asked = () => {};
		const meanwhile = new Promise<void>((resolve) => {
			asked = resolve;
		});
		server.on('readTokenScope', async (...request) => {
			await meanwhile;
			data({ projectToken: null })(...request);
		});
		server.on('readWorkspaces', (...request) => {
			asked();
			workspaces(...request);
		});
		await ask({ likely: 'bearer' });
		expect(count('readWorkspaces')).toBe(1);
	});

	test('is asked with again when it is not what it probably was', async () => {
		server.on('readTokenScope', data({ projectToken: scope }));
		server.on('readWorkspaces', (response, received, request) =>
			(received.headers.authorization === undefined ? workspaces : errors('Not Authorized'))(
				response,
				received,
				request,
			),
		);
		const connection = server.connect({ likely: 'bearer' });
		expect(await connection.run(readWorkspaces, {}, signal)).toEqual({ apiToken: { workspaces: [] } });
		await connection.run(readWorkspaces, {}, signal);
		expect(count('readWorkspaces')).toBe(3);
	});

	test('never writes before it is known', async () => {
		server.on('readTokenScope', data({ projectToken: scope }));
		server.on('serviceInstanceDeployV2', data({ serviceInstanceDeployV2: 'd1' }));
		await server.connect({ likely: 'bearer' }).run(deployService, { serviceId: 's', environmentId: 'e' }, signal);
		expect(header('authorization')).toEqual([undefined, undefined]);
	});

	test('of a login needs no probe', async () => {
		server.on('readWorkspaces', workspaces);
		await ask({ auth: 'bearer' });
		expect(header('authorization')).toEqual(['Bearer token-of-the-user']);
	});

	test('stays out of messages', async () => {
		server.on('readWorkspaces', errors('bad header Bearer token-of-the-user'));
		await expect(ask()).rejects.toSatisfy((error: Error) => !error.message.includes('token-of-the-user'));
	});
});
