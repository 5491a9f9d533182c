import { domainsOf, instancesIn } from './lookup.ts';
import type { DEFAULT_SETTINGS, EnvironmentRow, InstanceRow, Variables, WorldData } from './model.ts';

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
export function environmentConfig(data: WorldData, environment: EnvironmentRow, decrypt: boolean): object {
	const services = instancesIn(data, environment.id).map((row) => [row.serviceId, serviceConfig(data, row, decrypt)]);
	return {
		services: Object.fromEntries(services),
		sharedVariables: variablesConfig(environment.variables, decrypt),
		volumes: {},
		buckets: {},
		groups: data.projects[environment.projectId]?.groups ?? {},
		privateNetworkDisabled: false,
	};
}

function serviceConfig(data: WorldData, row: InstanceRow, decrypt: boolean): object {
	const { settings } = row;
	const domains = domainsOf(data, row.id).map(({ domain, targetPort }) => [
		domain,
		targetPort === null ? {} : { port: targetPort },
	]);
	return {
		source: present({ image: settings.image, repo: settings.repo, rootDirectory: settings.rootDirectory }),
		variables: variablesConfig(row.variables, decrypt),
		build: present(only(settings, BUILD)),
		deploy: present(only(settings, DEPLOY)),
		networking: { serviceDomains: Object.fromEntries(domains) },
		...(row.groupId === null ? {} : { groupId: row.groupId }),
	};
}

/** A sealed value never comes back; without `decryptVariables` no value does (what stands there instead is UNVERIFIED). */
function variablesConfig(variables: Variables, decrypt: boolean): object {
	return Object.fromEntries(
		Object.entries(variables).map(([name, row]) => [
			name,
			row.sealed ? { isSealed: true } : decrypt ? { value: row.value } : {},
		]),
	);
}

function only<K extends keyof typeof DEFAULT_SETTINGS>(settings: typeof DEFAULT_SETTINGS, keys: readonly K[]) {
	return Object.fromEntries(keys.map((key) => [key, settings[key]]));
}

function present(record: Record<string, unknown>): object {
	return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
