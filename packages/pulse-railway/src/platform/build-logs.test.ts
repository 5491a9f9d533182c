import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlatform } from './open-platform.ts';
import { data, errors, type HazardServer, startHazardServer } from './testing/hazard-server.ts';

const signal = new AbortController().signal;
let server: HazardServer;

beforeEach(async () => {
	server = await startHazardServer();
});
afterEach(() => server.close());

const platform = () => openPlatform(server.connect(), { projectId: 'p', environmentId: 'e' });
const asked = () => server.received.map(({ operation }) => operation).slice(1);
const logs = (...messages: string[]) =>
	data({ logs: messages.map((message) => ({ timestamp: 't', message, severity: null })) });
const build = (snapshotId: string | null) =>
	data({ deployment: { snapshotId, environmentId: 'e', createdAt: '2026-11-28T12:00:00.000Z' } });

test('a build whose log has moved is found in the logs of the environment, and looked for there from then on', async () => {
	server.on('readBuildLogs', logs());
	server.on('readBuild', build('snap-1'));
	server.on('readEnvironmentLogs', logs(), logs('a', 'b', 'c'));
	const { buildLogs } = platform();
	expect(await buildLogs('d', 2, signal)).toEqual([]);
	expect((await buildLogs('d', 2, signal)).map(({ message }) => message)).toEqual(['b', 'c']);
	await buildLogs('d', 2, signal);
	const once = ['readBuildLogs', 'readEnvironmentLogs'];
	expect(asked()).toEqual(['readBuildLogs', 'readBuild', 'readEnvironmentLogs', ...once, 'readEnvironmentLogs']);
	const [window] = server.received.flatMap(({ operation, variables }) =>
		operation === 'readEnvironmentLogs' ? [variables] : [],
	);
	expect(window).toMatchObject({
		environmentId: 'e',
		filter: '(@snapshot:snap-1 OR @replica:snap-1)',
		beforeDate: '2026-11-28T11:55:00.000Z',
		limit: 2,
	});
});

test('a log that is where it was costs nothing more', async () => {
	server.on('readBuildLogs', logs('a'));
	expect(await platform().buildLogs('d', 2, signal)).toHaveLength(1);
	expect(asked()).toEqual(['readBuildLogs']);
});

test('a query that is gone altogether is no failure, nor is a build without a snapshot', async () => {
	server.on('readBuildLogs', errors('Cannot query field "buildLogs" on type "Query".'));
	server.on('readBuild', build(null), build('snap-1'));
	server.on('readEnvironmentLogs', logs('a'));
	const { buildLogs } = platform();
	expect(await buildLogs('d', 2, signal)).toEqual([]);
	expect(await buildLogs('d', 2, signal)).toHaveLength(1);
});

test('the reason of a failure is the last that an event gives', async () => {
	const events = (...payloads: (object | null)[]) =>
		data({ deploymentEvents: { edges: payloads.map((payload) => ({ node: { payload } })) } });
	const reason = () => platform().failureReason('d', signal);
	server.on(
		'readDeploymentEvents',
		events({ error: 'first' }, null, { error: ' no space ' }, { error: 'x', skipped: true }, { error: '' }),
	);
	expect(await reason()).toBe('no space');
	server.on('readDeploymentEvents', events(null, {}));
	expect(await reason()).toBeNull();
});
