import type { ObservedService, StackObservation } from '../../platform/port.ts';
import type { JanitorPlatform } from '../retire.ts';

/** Railway is not here: what the port promises, in memory, with the failures that a test asks for. */
export function inMemoryPlatform(log: string[]) {
	const sharedVariables: Record<string, string> = {};
	const services: ObservedService[] = [];
	const platform = {
		fail: new Set<string>(),
		observed: 0,
		onObserve: async () => {},
		async observe(): Promise<StackObservation> {
			platform.observed++;
			await platform.onObserve();
			return {
				project: { id: 'p', name: 'p', workspaceId: null, description: null },
				environment: { id: 'e', name: 'production' },
				sharedVariables: { ...sharedVariables },
				services: [...services],
			};
		},
		async deleteService(serviceId: string) {
			log.push(`delete ${serviceId}`);
			if (platform.fail.has(serviceId)) throw new Error('the API is down');
			const at = services.findIndex(({ id }) => id === serviceId);
			if (at >= 0) services.splice(at, 1);
		},
		async setVariables(serviceId: string | null, variables: Readonly<Record<string, string>>) {
			const at = services.findIndex(({ id }) => id === serviceId);
			const service = services[at];
			if (service !== undefined) services[at] = { ...service, variables: { ...service.variables, ...variables } };
		},
		async removeDeployment(id: string) {
			log.push(`stop ${id}`);
			if (platform.fail.has(id)) throw new Error('the API is down');
		},
	} satisfies JanitorPlatform & Record<string, unknown>;
	const add = (name: string, variables: Record<string, string | null> = {}) =>
		services.push({
			id: `id-${name}`,
			name,
			createdAt: '2026-01-01T00:00:00Z',
			groupId: null,
			variables,
			settings: {},
			domains: [],
			latestDeployment: { id: `run-${name}`, status: 'SUCCESS', stopped: false, createdAt: '2026-01-01T00:00:00Z' },
		} as ObservedService);
	return { platform, sharedVariables, services, add };
}
