import type { StackNames } from '../config/names.ts';
import type { ServiceChange, Step, StepOf } from './step.ts';

const DEPLOY_BUDGET_SECONDS = 900;
const ROUTER_BUDGET_SECONDS = 180;

/** Steps that both `init` and `upgrade` take on the stable services. */

export function configure(services: readonly ServiceChange[]): Step {
	const names = services.map(({ service }) => service);
	return { kind: 'configure', id: 'configure', title: `Configure ${names.join(' and ')}`, services };
}

/** The name is for this tool alone, so that a token that was lost on the way is known again and deleted. */
export function mintToken(janitor: string, replaces: boolean): StepOf<'mint-token'> {
	return {
		kind: 'mint-token',
		id: 'token',
		title: `Make a project token for ${janitor}`,
		name: `${janitor} (made by pulse-railway)`,
		...(replaces ? { replaces } : {}),
	};
}

/** Written before anything is changed and after everything is done: a rerun knows what an interrupted command left. */
export function markBaseline(value: 'init' | 'upgrade' | 'ready'): Step {
	return {
		kind: 'mark-baseline',
		id: `mark:${value}`,
		title: value === 'ready' ? 'Note that everything is set up' : `Note that ${value} is under way`,
		phase: value,
	};
}

export function ensureDomain(router: string, targetPort: number): Step {
	return {
		kind: 'ensure-domain',
		id: 'domain',
		title: `Give ${router} a public address`,
		service: router,
		targetPort,
	};
}

export function awaitBaseline({ router, janitor }: StackNames, services: readonly string[]): Step {
	return {
		kind: 'await-deployments',
		id: 'await-deployments',
		title: `Wait until ${services.join(' and ')} are ready`,
		services,
		budgetSeconds: DEPLOY_BUDGET_SECONDS,
		failures: { [router]: 'router deployment failed', [janitor]: 'janitor deployment failed' },
	};
}

export function awaitRouter(router: string): Step {
	return {
		kind: 'await-router',
		id: 'await-router',
		title: `Check that ${router} answers at its address`,
		service: router,
		budgetSeconds: ROUTER_BUDGET_SECONDS,
	};
}
