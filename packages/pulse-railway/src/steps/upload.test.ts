import { expect, it } from 'vitest';
import type { Platform } from '../platform/port.ts';
import type { Run } from './run.ts';
import { virtualClock } from './testing/recording-ports.ts';
import { upload } from './upload.ts';

it('an upload of any size is reported in ten lines at most, because CI keeps every one', async () => {
	const bytes = 50_000_000;
	const platform = {
		async upload(_service: string, _archive: unknown, _signal: AbortSignal, progress: (sent: number) => void) {
			for (let sent = 65_536; sent < bytes; sent += 65_536) progress(sent);
			progress(bytes);
			return { deploymentId: 'd' };
		},
	} as unknown as Platform;
	const run = {
		platform,
		services: new Map([['web', 'id']]),
		deployments: new Map(),
		ports: { pack: async () => ({ bytes, dispose: async () => {} }) },
	} as unknown as Run;
	const reports: string[] = [];
	const step = { kind: 'upload', service: 'web', source: {} } as Parameters<typeof upload>[0];
	await upload(step, run, new AbortController().signal, (text) => reports.push(text));
	expect(reports).toHaveLength(11);
	expect(reports[0]).toBe('packing');
	expect(reports.at(-1)).toBe('50.0 MB of 50.0 MB');
});

it('the deployment that the Railway CLI names is the one to wait for, whatever else shows up', async () => {
	const run = {
		platform: { observe: async () => ({ services: [{ id: 'id', latestDeployment: { id: 'of somebody else' } }] }) },
		services: new Map([['web', 'id']]),
		deployments: new Map(),
		ports: { railwayUp: async () => ({ deploymentId: 'ours' }), clock: virtualClock() },
	} as unknown as Run;
	const step = { kind: 'upload', service: 'web', source: { railwayBin: 'railway' } } as Parameters<typeof upload>[0];
	await upload(step, run, new AbortController().signal, () => {});
	expect(run.deployments.get('web')).toEqual({ id: 'ours', status: null });
});

it('what the Railway CLI uploaded is told from what stood there before', async () => {
	const seen = ['of the group', 'of the group', 'of the group', 'uploaded'];
	const run = {
		platform: {
			observe: async () => ({
				services: [
					{ id: 'id', latestDeployment: { id: seen.length > 1 ? seen.shift() : seen[0], status: 'BUILDING' } },
				],
			}),
		},
		services: new Map([['web', 'id']]),
		deployments: new Map(),
		ports: { railwayUp: async () => ({ deploymentId: null }), clock: virtualClock() },
	} as unknown as Run;
	const step = { kind: 'upload', service: 'web', source: { railwayBin: 'railway' } } as Parameters<typeof upload>[0];
	await upload(step, run, new AbortController().signal, () => {});
	expect(run.deployments.get('web')?.id).toBe('uploaded');
});
