import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { InitConfig } from '../config/init.ts';
import type { StackObservation } from '../platform/port.ts';
import { existingBaseline } from './baseline.ts';
import {
	type BaselineSecrets,
	janitorSettings,
	janitorVariables,
	ROUTER_PORT,
	routerSettings,
	routerVariables,
} from './baseline-service.ts';
import { awaitBaseline, awaitRouter, ensureDomain, mintToken, setVariables, updateInstance } from './service-steps.ts';
import type { Plan, Step } from './step.ts';

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
	if (facts.observation !== null) refuseExisting(facts.observation, config);
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
		warnings: [],
		steps: [
			...(facts.workspace === null ? [] : [createProject(config.projectName, facts.workspace.id)]),
			...createServices(config, managed),
			...(typeof facts.secrets.janitorToken === 'object' && 'from' in facts.secrets.janitorToken
				? [mintToken(names.janitor)]
				: []),
			...configure(config, facts),
			{
				kind: 'deploy',
				id: 'deploy',
				title: `Start ${names.router} and ${names.janitor}`,
				services: [names.router, names.janitor],
			},
			awaitBaseline(names, [names.router, names.janitor]),
			awaitRouter(names.router),
		],
	};
}

function refuseExisting(observation: StackObservation, config: InitConfig): void {
	const existing = existingBaseline(observation, config.names);
	if (existing.length === 0) return;
	throw new DeployToolError('baseline', `baseline stack already exists: ${existing.join(', ')}`, {
		fault: 'user',
		next: 'Deploy to it, or run pulse-railway upgrade. After a failed init, delete those services and run init again.',
	});
}

function createProject(name: string, workspaceId: string): Step {
	return { kind: 'create-project', id: 'project', title: `Create project ${name}`, name, workspaceId };
}

function createServices({ names }: InitConfig, managed: boolean): readonly Step[] {
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
			undo: {
				kind: 'delete-services',
				id: 'undo-template',
				title: `Delete ${services.join(', ')}`,
				services,
			},
		},
		{
			kind: 'create-service',
			id: 'env',
			title: `Create service ${names.env} for your variables`,
			service: names.env,
			variables: {},
			undo: { kind: 'delete-services', id: 'undo-env', title: `Delete ${names.env}`, services: [names.env] },
		},
		{
			kind: 'group',
			id: 'group',
			title: `Place ${names.env} beside ${names.router}`,
			like: names.router,
			services: [names.env],
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

function configure(config: InitConfig, { secrets, apiUrl }: InitFacts): readonly Step[] {
	const { router, janitor } = config.names;
	return [
		setVariables(router, routerVariables(config, secrets)),
		setVariables(janitor, janitorVariables(config, secrets, apiUrl)),
		updateInstance(router, routerSettings(config)),
		updateInstance(janitor, janitorSettings(config)),
		ensureDomain(router, ROUTER_PORT),
	];
}
