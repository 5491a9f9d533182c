import { DeployToolError } from 'pulse-deploy-kit/errors';
import { Secret } from 'pulse-deploy-kit/secret';
import type { UpgradeConfig } from '../config/upgrade.ts';
import { backendServices } from '../janitor/durable.ts';
import type { InstanceSettings, ObservedService, StackObservation } from '../platform/port.ts';
import { CONTROL_TOKEN_VARIABLE, INTERNAL_TOKEN_VARIABLE } from '../protocol.ts';
import { existingBaseline, serviceNamed } from './baseline.ts';
import {
	type BaselineSecrets,
	janitorSettings,
	janitorVariables,
	ROUTER_PORT,
	routerSettings,
	routerVariables,
} from './baseline-service.ts';
import { desiredBaseline } from './running-baseline.ts';
import { awaitBaseline, awaitRouter, ensureDomain, mintToken, setVariables, updateInstance } from './service-steps.ts';
import type { Plan, Step, Variables } from './step.ts';

export interface UpgradeFacts {
	readonly observation: StackObservation;
	/** Used where the stack has none yet. */
	readonly fresh: BaselineSecrets;
	readonly apiUrl: string | undefined;
}

/** Brings a complete baseline up to date; writes and redeploys only what differs (contract R5.23, R5.24). */
export function planUpgrade({ observation, fresh, apiUrl }: UpgradeFacts, config: UpgradeConfig): Plan {
	const { router, janitor } = complete(observation, config);
	const desired = desiredBaseline(config, router, janitor);
	const secrets = runningSecrets(observation, router, janitor, fresh);
	const changes = [
		...changesOf(router, routerVariables(desired, secrets), routerSettings(desired)),
		...changesOf(janitor, janitorVariables(desired, secrets, apiUrl), janitorSettings(desired)),
	];
	const mints = secrets.janitorToken !== undefined && changes.some(needsMinting);
	const services = [router, janitor]
		.map(({ name }) => name)
		.filter((name) => changes.some((step) => about(step, name)));
	const needsDomain = router.domains.length === 0;
	return {
		title: `Upgrade ${router.name} and its stack`,
		resume: 'pulse-railway upgrade',
		facts: [
			`Project ${observation.project.name}, environment ${observation.environment.name}`,
			services.length === 0
				? 'Everything is up to date'
				: `Changes ${services.join(' and ')}; traffic goes on meanwhile`,
		],
		warnings: [],
		steps: [
			...grouping(observation, config, router),
			...(mints ? [mintToken(janitor.name)] : []),
			...changes,
			...(needsDomain ? [ensureDomain(router.name, ROUTER_PORT)] : []),
			...(services.length === 0
				? []
				: [
						{ kind: 'deploy', id: 'deploy', title: `Start ${services.join(' and ')} anew`, services } as const,
						awaitBaseline(config.names, services),
					]),
			...(services.includes(router.name) || needsDomain ? [awaitRouter(router.name)] : []),
		],
	};
}

/** The control token that the router will have, for the check at the end. */
export function upgradedControlToken({ observation, fresh }: UpgradeFacts, routerService: string): Secret {
	const running = serviceNamed(observation, routerService)?.variables[CONTROL_TOKEN_VARIABLE];
	return running ? new Secret(running) : fresh.controlToken;
}

function complete(
	observation: StackObservation,
	{ names }: UpgradeConfig,
): { router: ObservedService; janitor: ObservedService } {
	const existing = existingBaseline(observation, names);
	const [router, janitor, env] = [names.router, names.janitor, names.env].map((name) =>
		serviceNamed(observation, name),
	);
	if (router !== undefined && janitor !== undefined && env !== undefined) return { router, janitor };
	const missing = [names.router, names.janitor, names.env].find((name) => !existing.includes(name));
	throw new DeployToolError('baseline', `baseline service ${missing} not found`, {
		fault: 'user',
		next:
			existing.length === 0
				? 'Run pulse-railway init first.'
				: `Delete the incomplete stack (${existing.join(', ')}), then run pulse-railway init.`,
	});
}

/** Tokens that exist stay: running deployments hold the internal one, and other machines may hold the control one. */
function runningSecrets(
	{ sharedVariables }: StackObservation,
	router: ObservedService,
	janitor: ObservedService,
	fresh: BaselineSecrets,
): BaselineSecrets {
	const internal =
		router.variables[INTERNAL_TOKEN_VARIABLE] ||
		janitor.variables[INTERNAL_TOKEN_VARIABLE] ||
		sharedVariables[INTERNAL_TOKEN_VARIABLE];
	const control = router.variables[CONTROL_TOKEN_VARIABLE];
	const token = janitor.variables.RAILWAY_TOKEN;
	return {
		internalToken: internal ? new Secret(internal) : fresh.internalToken,
		controlToken: control ? new Secret(control) : fresh.controlToken,
		janitorToken: token ? new Secret(token) : fresh.janitorToken,
	};
}

function changesOf(service: ObservedService, variables: Variables, settings: InstanceSettings): readonly Step[] {
	const differing = Object.entries(variables).filter(([name, value]) => !isSet(service, name, value));
	const stale = Object.entries(settings).some(
		([name, value]) => service.settings[name as keyof InstanceSettings] !== value,
	);
	const routerToken = CONTROL_TOKEN_VARIABLE in variables && 'RAILWAY_TOKEN' in service.variables;
	return [
		...(differing.length === 0 ? [] : [setVariables(service.name, Object.fromEntries(differing))]),
		// A predecessor kept the deployer's token on the service that the world reaches.
		...(routerToken ? [deleteVariable(service.name, 'RAILWAY_TOKEN')] : []),
		...(stale ? [updateInstance(service.name, settings)] : []),
	];
}

/** A sealed variable cannot be compared, and is left alone. */
function isSet(service: ObservedService, name: string, value: Variables[string]): boolean {
	const running = service.variables[name];
	if (running === null) return true;
	if (typeof value === 'string') return running === value;
	return 'from' in value ? false : running === value.reveal();
}

function needsMinting(step: Step): boolean {
	return (
		step.kind === 'set-variables' &&
		Object.values(step.variables).some((value) => typeof value === 'object' && 'from' in value)
	);
}

function about(step: Step, service: string): boolean {
	return 'service' in step && step.service === service;
}

function deleteVariable(service: string, name: string): Step {
	return {
		kind: 'delete-variable',
		id: `delete:${service}:${name}`,
		title: `Remove ${name} from ${service}`,
		service,
		name,
	};
}

/** Puts stable services and deployments beside the router (contract R5.24). */
function grouping(observation: StackObservation, { names }: UpgradeConfig, router: ObservedService): readonly Step[] {
	if (router.groupId === null) return [];
	const stable: readonly string[] = [names.janitor, names.env, names.redis];
	const backends = new Set(backendServices(observation).map(({ serviceName }) => serviceName));
	const services = observation.services
		.filter(({ name, groupId }) => (stable.includes(name) || backends.has(name)) && groupId !== router.groupId)
		.map(({ name }) => name);
	if (services.length === 0) return [];
	return [
		{
			kind: 'group',
			id: 'group',
			title: `Place ${services.join(', ')} beside ${router.name}`,
			like: router.name,
			services,
			optional: true,
		},
	];
}
