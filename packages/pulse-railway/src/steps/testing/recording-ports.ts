import type { Clock } from 'pulse-deploy-kit/clock';
import { type RecordingHost, recordingHost } from 'pulse-deploy-kit/recording-host';
import type { Ports, RouterPort } from '../../adapters/ports.ts';
import { type ControlContext, type ControlMethod, methods } from '../../control/methods.ts';
import type { StackObservation } from '../../platform/port.ts';
import { openStore } from '../../stores/open.ts';
import { startRun } from '../run.ts';

/** Sleeping passes time and nothing else. */
export function virtualClock(start = 0): Clock {
	let now = start;
	return {
		now: () => now,
		async sleep(ms, signal) {
			signal?.throwIfAborted();
			now += ms;
		},
	};
}

export interface Recorded {
	/** `createService new`, `control promote new`, … in order. */
	readonly calls: string[];
	readonly ports: Ports;
	readonly router: RouterPort;
	readonly host: RecordingHost;
	/** Called before each call is carried out; throws to fail it, aborts to interrupt it. */
	before: (call: string) => unknown;
	/** Called after it was carried out: a lost answer. */
	after: (call: string) => unknown;
	readonly observation: { -readonly [Key in keyof StackObservation]: StackObservation[Key] };
	start(): ReturnType<typeof startRun>;
}

/**
 * A platform and a router that write down what they are asked. Live state is the real store behind the real control
 * methods; the router's public address answers by that state.
 */
export async function recordingPorts(observed: StackObservation): Promise<Recorded> {
	const calls: string[] = [];
	const host = recordingHost();
	const store = await openStore('memory:', { prefix: 'test' });
	const observation = structuredClone(observed) as { -readonly [Key in keyof StackObservation]: StackObservation[Key] };
	const context: ControlContext = {
		store,
		probe: async () => ({ reachable: true, total: 0, connected: 0, drainable: true }),
		reload: async () => ({ told: 0, overInMs: 0 }),
		now: Date.now,
	};
	const recorded: Recorded = {
		calls,
		host,
		observation,
		before: () => {},
		after: () => {},
		get ports() {
			return ports;
		},
		get router() {
			return router;
		},
		start: () => startRun(ports, { platform, observation, router }),
	};
	async function call<T>(text: string, work: () => T | Promise<T>): Promise<T> {
		calls.push(text);
		await recorded.before(text);
		const result = await work();
		await recorded.after(text);
		return result;
	}
	const name = (serviceId: string | null) => serviceId?.replace(/^id-/, '') ?? 'shared';
	const platform = {
		observe: () => call('observe', () => structuredClone(observation)),
		createService: (input: { name: string }) =>
			call(`createService ${input.name}`, () => {
				const service = { ...observation.services[0]!, id: `id-${input.name}`, name: input.name };
				observation.services = [...observation.services, service];
				return { serviceId: service.id };
			}),
		deleteService: (id: string) =>
			call(`deleteService ${name(id)}`, () => {
				observation.services = observation.services.filter((service) => service.id !== id);
			}),
		setVariables: (id: string | null, variables: Record<string, string>) =>
			call(`setVariables ${name(id)} ${Object.keys(variables)}`, () => {
				if (id === null) observation.sharedVariables = { ...observation.sharedVariables, ...variables };
			}),
		updateInstance: (id: string) => call(`updateInstance ${name(id)}`, () => {}),
		setGroup: () => call('setGroup', () => {}),
		upload: (id: string) => call(`upload ${name(id)}`, () => ({ deploymentId: 'd1' })),
		deployService: (id: string) => call(`deployService ${name(id)}`, () => ({ deploymentId: `d-${name(id)}` })),
		deployment: (id: string) =>
			call(`deployment ${id}`, () => ({ id, status: 'SUCCESS', stopped: false, createdAt: '' })),
		buildLogs: () => call('buildLogs', () => [{ timestamp: '', message: 'npm ERR! no such thing', severity: null }]),
		deploymentLogs: () => call('deploymentLogs', () => []),
		failureReason: () => call('failureReason', () => 'Build failed: out of memory'),
	} as unknown as ReturnType<Ports['openPlatform']>;
	const router: RouterPort = {
		origin: 'http://127.0.0.1:1',
		meta: (deployment) =>
			call(`meta ${deployment ?? 'active'}`, async () => {
				const { activeId, deployments } = await store.snapshot();
				const answering = deployment ?? activeId;
				const known = deployments.some(({ id }) => id === answering);
				return known
					? { deploymentId: answering, seen: `deployment ${answering}` }
					: { deploymentId: null, seen: 'status 409' };
			}),
		page: (path, deployment) => call(`page ${path} ${deployment ?? 'active'}`, () => 200),
		healthy: () => call('healthy', () => true),
		control: (method: ControlMethod, params: object) =>
			call(`control ${method} ${'id' in params ? params.id : ''}`.trim(), async () => {
				// Replicas report at once here; a router process does within a second.
				const { revision } = await store.snapshot();
				await store.recordActivity({
					replicaId: 'a'.repeat(16),
					at: Date.now(),
					ttlMs: 45_000,
					revision,
					deployments: [],
				});
				const { params: schema, run } = methods[method];
				const parsed = schema.parse(params);
				return (run as (params: object, context: ControlContext) => Promise<never>)(parsed, context);
			}),
	};
	const ports: Ports = {
		account: {
			createProject: async () => Promise.reject(new Error('not here')),
			deleteProject: async () => Promise.reject(new Error('not here')),
		},
		openPlatform: () => platform,
		openRouter: () => router,
		pack: async () => ({ bytes: 1, open: () => process.stdin, dispose: async () => {} }),
		railwayUp: () => call('railwayUp', () => ({ deploymentId: null })),
		buildImage: () => call('buildImage', () => {}),
		clock: virtualClock(),
		host,
	};
	await store.promote('old', 'old');
	return recorded;
}
