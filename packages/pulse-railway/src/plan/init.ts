import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { InitConfig } from '../config/init.ts';
import type { StackObservation } from '../platform/port.ts';
import { ROUTER_PORT } from '../protocol.ts';
import { existingBaseline } from '../stack/baseline.ts';
import { isUnfinishedInit } from '../stack/unfinished-init.ts';
import { awaitBaselineStep } from '../steps/await-deployments.ts';
import { awaitRouterStep } from '../steps/await-router.ts';
import { awaitRedisStep } from '../steps/await-variable.ts';
import { configureStep } from '../steps/configure.ts';
import { createProjectStep } from '../steps/create-project.ts';
import { createServiceStep } from '../steps/create-service.ts';
import { deployTemplateStep } from '../steps/deploy-template.ts';
import { ensureDomainStep } from '../steps/ensure-domain.ts';
import { groupStep } from '../steps/group.ts';
import { markBaselineStep, unmarkBaselineStep } from '../steps/mark-baseline.ts';
import { mintTokenStep } from '../steps/mint-token.ts';
import { startServicesStep } from '../steps/start-services.ts';
import {
	type BaselineSecrets,
	janitorInstance,
	janitorVariables,
	routerInstance,
	routerVariables,
} from './baseline-service.ts';
import { noticesText } from './notices-text.ts';
import type { Plan, PlannedChange, Step } from './step.ts';

const TEMPLATE = 'pulse-baseline';
const TEMPLATE_NAMES = { router: 'pulse-router', janitor: 'pulse-janitor', redis: 'pulse-redis' } as const;
const REDIS_BUDGET_SECONDS = 180;

export interface InitFacts {
	/** `null` = a new project. */
	readonly observation: StackObservation | null;
	/** Of a new project. */
	readonly workspace: { readonly id: string; readonly name: string } | null;
	readonly secrets: BaselineSecrets;
	/** Given on to the janitor where it is not Railway's own. */
	readonly apiUrl: string | undefined;
}

/** The stable services on an empty target (contract R5.8–20). Template first, so that they get a tidy canvas. */
export function planInit(facts: InitFacts, config: InitConfig): Plan {
	const { names } = config;
	const managed = config.redisUrl === undefined;
	const resumes = facts.observation !== null && isUnfinishedInit(facts.observation);
	if (facts.observation !== null && !resumes) refuseExisting(facts.observation, config);
	const present = new Set(facts.observation?.services.map(({ name }) => name));
	return {
		title: `Set up ${names.router} and its stack`,
		resume: 'pulse-railway init',
		facts: [
			facts.observation === null
				? `New project ${config.projectName} in workspace ${facts.workspace?.name ?? ''}`
				: `Project ${facts.observation.project.name}, environment ${facts.observation.environment.name}`,
			`Router image ${config.routerImage}, ${config.routerReplicas} replica(s)`,
			`Janitor image ${config.janitorImage}, runs at ${config.janitorCron} UTC`,
			managed ? `Redis as service ${names.redis}` : 'Redis is yours, by --redis-url',
			...noticesText(config),
		],
		warnings: resumes ? ['An earlier init was interrupted; this run finishes what it began.'] : [],
		steps: withUndo(facts.observation === null, [
			...(facts.workspace === null
				? []
				: [createProjectStep(config.projectName, facts.workspace.id, Object.values(names))]),
			// A new project is known by its description; what an interrupted run began is taken over.
			...(facts.observation === null ? [] : [markBaselineStep('init', resumes ? undefined : unmarkBaselineStep)]),
			...createServices(config, managed, present, resumes),
			...(typeof facts.secrets.janitorToken === 'object' && 'from' in facts.secrets.janitorToken
				? [mintTokenStep(names.janitor, { replaces: resumes, undone: true })]
				: []),
			configureStep(changes(config, facts)),
			ensureDomainStep(names.router, ROUTER_PORT),
			startServicesStep([names.router, names.janitor], false),
			awaitBaselineStep(names, [names.router, names.janitor]),
			awaitRouterStep(names.router),
			markBaselineStep('ready'),
		]),
	};
}

/** The undo of a new project takes everything in it along. */
function withUndo(newProject: boolean, steps: readonly Step[]): readonly Step[] {
	if (!newProject) return steps;
	return steps.map((step) => {
		if (step.kind === 'create-project') return step;
		const { undo: _, ...rest } = step;
		return rest;
	});
}

function refuseExisting(observation: StackObservation, config: InitConfig): void {
	const existing = existingBaseline(observation, config.names);
	if (existing.length === 0) return;
	throw new DeployToolError('baseline', `baseline stack already exists: ${existing.join(', ')}`, {
		fault: 'user',
		detail: `project ${observation.project.name} (${observation.project.id}), environment ${observation.environment.name} (${observation.environment.id})`,
		next: 'Deploy to it, or run pulse-railway upgrade. For another stack give another --project-name, with RAILWAY_PROJECT_ID and RAILWAY_ENVIRONMENT_ID unset.',
	});
}

function createServices(
	{ names }: InitConfig,
	managed: boolean,
	present: ReadonlySet<string>,
	resumes: boolean,
): readonly Step[] {
	const roles = managed ? (['router', 'janitor', 'redis'] as const) : (['router', 'janitor'] as const);
	const services = roles.map((role) => names[role]);
	return [
		deployTemplateStep({
			code: TEMPLATE,
			names: {
				[TEMPLATE_NAMES.router]: names.router,
				[TEMPLATE_NAMES.janitor]: names.janitor,
				[TEMPLATE_NAMES.redis]: names.redis,
			},
			omit: managed ? [] : [TEMPLATE_NAMES.redis],
			...(resumes ? { resumes } : {}),
		}),
		...(present.has(names.env)
			? []
			: [createServiceStep('env', { service: names.env, variables: {}, purpose: 'for your variables' })]),
		// Of two deployments of the template each would bring a group of its own.
		groupStep(names.router, resumes ? [names.env, ...services.filter((name) => name !== names.router)] : [names.env], [
			names.env,
		]),
		...(managed ? [awaitRedisStep(names.redis, REDIS_BUDGET_SECONDS)] : []),
	];
}

function changes(config: InitConfig, { secrets, apiUrl }: InitFacts): readonly PlannedChange[] {
	const { router, janitor } = config.names;
	return [
		{ service: router, variables: routerVariables(config, secrets), settings: routerInstance(config) },
		{ service: janitor, variables: janitorVariables(config, secrets, apiUrl), settings: janitorInstance(config) },
	];
}
