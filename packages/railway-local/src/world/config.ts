import { domainsOf, instancesIn } from './lookup.ts';
import type { DEFAULT_SETTINGS, EnvironmentRow, InstanceRow, Variables, WorldData } from './model.ts';
import { regionsOf } from './settings.ts';

const BUILD = ['builder', 'buildCommand', 'dockerfilePath', 'watchPatterns'] as const;
const DEPLOY = [
	'startCommand',
	'preDeployCommand',
	'healthcheckPath',
	'healthcheckTimeout',
	'numReplicas',
	'cronSchedule',
	'restartPolicyType',
	'restartPolicyMaxRetries',
	'sleepApplication',
	'overlapSeconds',
	'drainingSeconds',
	'ipv6EgressEnabled',
	'region',
] as const;

/** `environment.config` (facts §2.7): everything of an environment in one answer, whatever the number of services. */
export function environmentConfig(data: WorldData, environment: EnvironmentRow, mask?: string | null): object {
	const services = instancesIn(data, environment.id).map((row) => [row.serviceId, serviceConfig(data, row, mask)]);
	return {
		services: Object.fromEntries(services),
		sharedVariables: variablesConfig(environment.variables, mask),
		volumes: {},
		buckets: {},
		groups: data.projects[environment.projectId]?.groups ?? {},
		privateNetworkDisabled: false,
	};
}

function serviceConfig(data: WorldData, row: InstanceRow, mask?: string | null): object {
	const { settings } = row;
	const domains = domainsOf(data, row.id).map(({ domain, targetPort }) => [
		domain,
		targetPort === null ? {} : { port: targetPort },
	]);
	const source = present({ image: settings.image, repo: settings.repo, rootDirectory: settings.rootDirectory });
	return {
		// Left out where there is none: the official CLI takes an empty one for a mistake.
		...(Object.keys(source).length === 0 ? {} : { source }),
		variables: variablesConfig(row.variables, mask),
		build: present(only(settings, BUILD)),
		deploy: { ...present(only(settings, DEPLOY)), multiRegionConfig: regionsOf(settings) },
		networking: { serviceDomains: Object.fromEntries(domains) },
		...(row.groupId === null ? {} : { groupId: row.groupId }),
	};
}

/** A sealed value never comes back. A mask, `null` included, stands in place of all values. */
function variablesConfig(variables: Variables, mask?: string | null): object {
	return Object.fromEntries(
		Object.entries(variables).map(([name, row]) => [
			name,
			row.sealed ? { value: null, isSealed: true } : { value: mask === undefined ? row.value : mask },
		]),
	);
}

function only<K extends keyof typeof DEFAULT_SETTINGS>(settings: typeof DEFAULT_SETTINGS, keys: readonly K[]) {
	return Object.fromEntries(keys.map((key) => [key, settings[key]]));
}

function present(record: Record<string, unknown>): object {
	return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
