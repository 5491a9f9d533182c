import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { InitConfig } from '../config/init.ts';
import type { StackObservation } from '../platform/port.ts';
import { BASELINE_VARIABLE } from '../protocol.ts';
import { existingBaseline } from '../stack/baseline.ts';
import { isUnfinishedInit } from '../stack/unfinished-init.ts';
import {
	type BaselineSecrets,
	janitorSettings,
	janitorVariables,
	ROUTER_PORT,
	routerSettings,
	routerVariables,
} from './baseline-service.ts';
import { awaitBaseline, awaitRouter, configure, ensureDomain, markBaseline, mintToken } from './service-steps.ts';
import type { Plan, ServiceChange, Step } from './step.ts';

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
		],
		warnings: resumes ? ['An earlier init was interrupted; this run finishes what it began.'] : [],
		steps: withUndo(facts.observation === null, [
			...(facts.workspace === null ? [] : [createProject(config, facts.workspace.id)]),
			// A new project is known by its description; what an interrupted run began is taken over.
			...(facts.observation === null ? [] : [beginning(resumes)]),
			...createServices(config, managed, present, resumes),
			...(typeof facts.secrets.janitorToken === 'object' && 'from' in facts.secrets.janitorToken
				? [token(names.janitor, resumes)]
				: []),
			configure(changes(config, facts)),
			ensureDomain(names.router, ROUTER_PORT),
			{
				kind: 'deploy',
				id: 'deploy',
				title: `Start ${names.router} and ${names.janitor}`,
				services: [names.router, names.janitor],
			},
			awaitBaseline(names, [names.router, names.janitor]),
			awaitRouter(names.router),
			markBaseline('ready'),
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

function createProject({ projectName: name, names }: InitConfig, workspaceId: string): Step {
	return {
		kind: 'create-project',
		id: 'project',
		title: `Create project ${name}`,
		name,
		workspaceId,
		undo: {
			kind: 'delete-project',
			id: 'undo-project',
			title: `Delete project ${name}`,
			services: Object.values(names),
		},
	};
}

/** What an interrupted run left stays known as unfinished. */
function beginning(resumes: boolean): Step {
	if (resumes) return markBaseline('init');
	return {
		...markBaseline('init'),
		undo: {
			kind: 'delete-variable',
			id: 'undo-mark',
			title: `Remove ${BASELINE_VARIABLE}`,
			service: null,
			name: BASELINE_VARIABLE,
			afterCleanUndo: true,
		},
	};
}

function token(janitor: string, resumes: boolean): Step {
	const step = mintToken(janitor, resumes);
	return {
		...step,
		undo: { kind: 'revoke-tokens', id: 'undo-token', title: `Delete the project token of ${janitor}`, name: step.name },
	};
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
		{
			kind: 'deploy-template',
			id: 'template',
			title: `Create ${services.join(', ')} from the template ${TEMPLATE}`,
			code: TEMPLATE,
			names: {
				[TEMPLATE_NAMES.router]: names.router,
				[TEMPLATE_NAMES.janitor]: names.janitor,
				[TEMPLATE_NAMES.redis]: names.redis,
			},
			omit: managed ? [] : [TEMPLATE_NAMES.redis],
			...(resumes ? { resumes } : {}),
			undo: {
				kind: 'delete-services',
				id: 'undo-template',
				title: `Delete ${services.join(', ')}`,
				services,
				own: true,
				late: true,
			},
		},
		...(present.has(names.env)
			? []
			: [
					{
						kind: 'create-service',
						id: 'env',
						title: `Create service ${names.env} for your variables`,
						service: names.env,
						variables: {},
						undo: {
							kind: 'delete-services',
							id: 'undo-env',
							title: `Delete ${names.env}`,
							services: [names.env],
							own: true,
						},
					} as const,
				]),
		{
			kind: 'group',
			id: 'group',
			title: `Place ${names.env} beside ${names.router}`,
			like: names.router,
			// Of two deployments of the template each would bring a group of its own.
			services: resumes ? [names.env, ...services.filter((name) => name !== names.router)] : [names.env],
			optional: true,
		},
		...(managed
			? [
					{
						kind: 'await-variable',
						id: 'await-redis',
						title: `Wait for the address of ${names.redis}`,
						service: names.redis,
						name: 'REDIS_URL',
						budgetSeconds: REDIS_BUDGET_SECONDS,
					} as const,
				]
			: []),
	];
}

function changes(config: InitConfig, { secrets, apiUrl }: InitFacts): readonly ServiceChange[] {
	const { router, janitor } = config.names;
	return [
		{ service: router, variables: routerVariables(config, secrets), settings: routerSettings(config) },
		{ service: janitor, variables: janitorVariables(config, secrets, apiUrl), settings: janitorSettings(config) },
	];
}
