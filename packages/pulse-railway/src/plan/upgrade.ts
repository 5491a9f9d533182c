import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { UpgradeConfig } from '../config/upgrade.ts';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import { BASELINE_VARIABLE, ROUTER_PORT, ROUTER_SEED_VARIABLE } from '../protocol.ts';
import { existingBaseline, serviceNamed } from '../stack/baseline.ts';
import { backendServices, durableActiveId } from '../stack/durable.ts';
import { sharedValue } from '../stack/shared-value.ts';
import { awaitBaselineStep } from '../steps/await-deployments.ts';
import { awaitRouterStep } from '../steps/await-router.ts';
import { configureStep } from '../steps/configure.ts';
import { deleteVariableStep } from '../steps/delete-variable.ts';
import { ensureDomainStep } from '../steps/ensure-domain.ts';
import { groupStep } from '../steps/group.ts';
import { markBaselineStep } from '../steps/mark-baseline.ts';
import { mintTokenStep } from '../steps/mint-token.ts';
import { settleActiveStep } from '../steps/settle-active.ts';
import { startServicesStep } from '../steps/start-services.ts';
import {
	type BaselineSecrets,
	janitorInstance,
	janitorVariables,
	routerInstance,
	routerVariables,
} from './baseline-service.ts';
import { moveOver } from './move-over.ts';
import { noticesText } from './notices-text.ts';
import { desiredBaseline, runningSecrets } from './running-baseline.ts';
import { changeOf, needsMinting } from './service-change.ts';
import type { Plan, Step } from './step.ts';

export interface UpgradeFacts {
	readonly observation: StackObservation;
	/** Used where the stack has none yet. */
	readonly fresh: BaselineSecrets;
	readonly apiUrl: string | undefined;
	/** The janitor's token is a project token of this project; `null` when it cannot be read. */
	readonly janitorConfined: boolean | null;
	/** The deployment that answers at the public address without affinity; `null` when no router said. */
	readonly visitorsReach: string | null;
	/** Unix milliseconds. */
	readonly now: number;
}

/** Brings a complete baseline up to date; writes and redeploys only what differs (contract R5.23, R5.24). */
export function planUpgrade(facts: UpgradeFacts, config: UpgradeConfig): Plan {
	const { observation, fresh, apiUrl, janitorConfined, visitorsReach, now } = facts;
	const { router, janitor } = complete(observation, config);
	const desired = desiredBaseline(config, router, janitor);
	const secrets = runningSecrets(observation, config.names, fresh, janitorConfined);
	const moved = moveOver(observation, router, visitorsReach, now);
	const changes = [
		changeOf(router, { ...routerVariables(desired, secrets), ...moved.variables }, routerInstance(desired)),
		changeOf(janitor, janitorVariables(desired, secrets, apiUrl), janitorInstance(desired)),
	].filter((change) => change !== null);
	// A predecessor kept the deployer's token on the service that the world reaches.
	const strayToken = 'RAILWAY_TOKEN' in router.variables;
	// What an interrupted command wrote is there; whether it also started what it wrote is not known.
	const interrupted = (sharedValue(observation, BASELINE_VARIABLE) ?? 'ready') !== 'ready';
	const services = [router.name, janitor.name].filter(
		(name) => interrupted || changes.some(({ service }) => service === name) || (strayToken && name === router.name),
	);
	const needsDomain = router.domains.length === 0;
	const seeded = ROUTER_SEED_VARIABLE in moved.variables || ROUTER_SEED_VARIABLE in router.variables;
	const backends = backendServices(observation);
	const looksAtRouter =
		services.includes(router.name) || needsDomain || (backends.length > 0 && durableActiveId(observation) === null);
	return {
		title: `Upgrade ${router.name} and its stack`,
		resume: 'pulse-railway upgrade',
		facts: [
			`Project ${observation.project.name}, environment ${observation.environment.name}`,
			services.length === 0
				? 'Everything is up to date'
				: `Changes ${services.join(' and ')}; traffic goes on meanwhile`,
			...(config.notify === undefined ? [] : noticesText(desired)),
		],
		warnings: interrupted ? ['An init or upgrade was interrupted; this run finishes it.'] : [],
		steps: [
			...grouping(observation, config, router),
			...(services.length === 0 ? [] : [markBaselineStep('upgrade')]),
			...moved.before,
			...(changes.some(needsMinting) ? [mintTokenStep(janitor.name, { replaces: true, undone: false })] : []),
			...(changes.length === 0 ? [] : [configureStep(changes)]),
			...(strayToken ? [deleteVariableStep(router.name, 'RAILWAY_TOKEN')] : []),
			...(needsDomain ? [ensureDomainStep(router.name, ROUTER_PORT)] : []),
			...(services.length === 0 ? [] : [startServicesStep(services, true), awaitBaselineStep(config.names, services)]),
			...(looksAtRouter ? [awaitRouterStep(router.name)] : []),
			...(looksAtRouter && backends.length > 0 ? [settleActiveStep(moved.active)] : []),
			...(seeded ? [deleteVariableStep(router.name, ROUTER_SEED_VARIABLE)] : []),
			...(services.length === 0 ? [] : [markBaselineStep('ready')]),
		],
	};
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
				: backendServices(observation).length > 0
					? `Deployments still run: create an empty service ${missing} on Railway, then run pulse-railway upgrade again.`
					: `Delete the incomplete stack (${existing.join(', ')}), then run pulse-railway init.`,
	});
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
	return [groupStep(router.name, services)];
}
