import { z } from 'zod';
import type { Connection } from './connection.ts';
import {
	type ObservedVariables,
	readConfig,
	type ServiceConfig,
	type StackConfig,
	unmasked,
} from './environment-config.ts';
import { isPlatformError, PlatformError } from './error.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import {
	type InstanceNode,
	moreInstances,
	type ObservedStack,
	observeStack,
	serviceNames,
} from './operations/observe.ts';
import { readVariables } from './operations/variables.ts';
import { PAGE_SIZE, restOf } from './paginate.ts';
import type { InstanceSettings, ObservedService, PlatformDeployment, StackObservation } from './port.ts';

/** Scopes asked for in one request when the configuration may not be read. */
const VARIABLE_BATCH = 25;

/** One request, plus one for each further page; plus one for each 25 services if the token may not read the config. */
export function openObserver(connection: Connection, target: EnvironmentIds) {
	let configIsReadable = true;

	async function first(signal: AbortSignal): Promise<ObservedStack> {
		const ask = (withConfig: boolean) =>
			connection.run(observeStack, { ...target, first: PAGE_SIZE, withConfig }, signal);
		if (!configIsReadable) return ask(false);
		try {
			return await ask(true);
		} catch (error) {
			if (!isPlatformError(error, 'unauthorized')) throw error;
			const stack = await ask(false);
			configIsReadable = false;
			return stack;
		}
	}

	return async function observe(signal: AbortSignal): Promise<StackObservation> {
		const stack = await first(signal);
		if (stack.environment.projectId !== target.projectId) throw strayEnvironment(stack, target);
		const instances = await restOf('the list of services', stack.environment.serviceInstances, async (after) => {
			const more = await connection.run(moreInstances, { ...target, first: PAGE_SIZE, after }, signal);
			return more.environment.serviceInstances;
		});
		const config = readConfig(stack.environment.config);
		const ids = instances.map((instance) => instance.service.id);
		const shown = !configIsReadable ? 'refused' : config === null ? 'unknown' : config.hidden ? 'masked' : 'plain';
		const variables =
			config === null || config.hidden ? await askForVariables(connection, target, ids, signal) : ownVariables(config);
		return {
			project: {
				id: stack.project.id,
				name: stack.project.name,
				workspaceId: stack.project.workspaceId ?? null,
				description: stack.project.description ?? null,
			},
			environment: { id: stack.environment.id, name: stack.environment.name },
			sharedVariables: variables(null),
			config: shown,
			services: instances.map((instance) => {
				const { id } = instance.service;
				return service(instance, config?.service(id) ?? null, variables(id));
			}),
		};
	};
}

/** Ids from different places, e.g. a flag and the shell: acting on the pair would change another project. */
function strayEnvironment({ project, environment }: ObservedStack, { environmentId }: EnvironmentIds): PlatformError {
	const message = `environment ${environment.name} (${environmentId}) is not of project ${project.name}`;
	return new PlatformError('not-found', message, {
		operation: 'observeStack',
		mayHaveHappened: false,
		next: 'Give --project-id and --environment-id together, or unset RAILWAY_ENVIRONMENT_ID.',
	});
}

/** Of a service, or the shared ones (`null`). */
type VariablesOf = (serviceId: string | null) => ObservedVariables;

function ownVariables(config: StackConfig): VariablesOf {
	return (id) => (id === null ? config.sharedVariables : config.service(id).variables);
}

async function askForVariables(
	connection: Connection,
	target: EnvironmentIds,
	serviceIds: readonly string[],
	signal: AbortSignal,
): Promise<VariablesOf> {
	const scopes = new Map<string | null, ObservedVariables>();
	for (let start = 0; start === 0 || start < serviceIds.length; start += VARIABLE_BATCH) {
		const batch = serviceIds.slice(start, start + VARIABLE_BATCH);
		const ids = Object.fromEntries(batch.map((id, index) => [`s${index}`, id]));
		const answer = await connection.run(readVariables(batch.length), { ...target, ...ids }, signal);
		scopes.set(null, answer.shared ?? {});
		for (const [index, id] of batch.entries()) scopes.set(id, answer[`s${index}`] ?? {});
	}
	const variables = unmasked(scopes);
	return (id) => variables.get(id) ?? {};
}

function service(instance: InstanceNode, config: ServiceConfig | null, variables: ObservedVariables): ObservedService {
	const { serviceDomains, customDomains } = instance.domains;
	return {
		id: instance.service.id,
		name: instance.service.name,
		createdAt: instance.service.createdAt,
		groupId: config?.groupId ?? instance.service.groupId ?? null,
		variables,
		settings: settings(instance, config),
		domains: [
			...serviceDomains.map((domain) => ({ ...endpoint(domain), custom: false })),
			...customDomains.map((domain) => ({ ...endpoint(domain), custom: true })),
		],
		latestDeployment: instance.latestDeployment ? deployment(instance.latestDeployment) : null,
		...(typeof instance.sleepApplication === 'boolean' ? { maySleep: instance.sleepApplication } : {}),
	};
}

function endpoint(domain: { domain: string; targetPort?: number | null | undefined }) {
	return { domain: domain.domain, targetPort: domain.targetPort ?? null };
}

const buildWarnings = z.object({ buildWarnings: z.array(z.string()) });

export function deployment(node: NonNullable<InstanceNode['latestDeployment']>): PlatformDeployment {
	const warnings = buildWarnings.safeParse(node.meta).data?.buildWarnings;
	return {
		id: node.id,
		status: node.status,
		stopped: node.deploymentStopped,
		createdAt: node.createdAt,
		...(warnings === undefined ? {} : { warnings }),
	};
}

function settings(instance: InstanceNode, config: ServiceConfig | null): Partial<InstanceSettings> {
	const given = {
		image: instance.source?.image,
		numReplicas: config?.numReplicas ?? instance.numReplicas,
		regions: config?.regions,
		startCommand: instance.startCommand,
		healthcheckPath: instance.healthcheckPath,
		healthcheckTimeout: instance.healthcheckTimeout,
		cronSchedule: instance.cronSchedule,
		restartPolicyType: instance.restartPolicyType,
		overlapSeconds: instance.overlapSeconds,
		drainingSeconds: instance.drainingSeconds,
		dockerfilePath: instance.dockerfilePath,
	};
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
}

/** Service ids by name, to see whether a write happened. */
export async function findServices(
	connection: Connection,
	target: EnvironmentIds,
	signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
	const ask = async (after?: string) => {
		const variables = { ...target, first: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
		return (await connection.run(serviceNames, variables, signal)).environment.serviceInstances;
	};
	const nodes = await restOf('the list of services', await ask(), ask);
	return new Map(nodes.map((node) => [node.serviceName, node.serviceId]));
}
