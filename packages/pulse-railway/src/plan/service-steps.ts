import type { StackNames } from '../config/names.ts';
import type { InstanceSettings } from '../platform/port.ts';
import type { Step, Variables } from './step.ts';

const DEPLOY_BUDGET_SECONDS = 900;
const ROUTER_BUDGET_SECONDS = 180;

/** Steps that both `init` and `upgrade` take on the stable services. */

export function setVariables(service: string, variables: Variables): Step {
	return {
		kind: 'set-variables',
		id: `variables:${service}`,
		title: `Set the variables of ${service}`,
		service,
		variables,
	};
}

export function updateInstance(service: string, settings: InstanceSettings): Step {
	return { kind: 'update-instance', id: `configure:${service}`, title: `Configure ${service}`, service, settings };
}

export function mintToken(janitor: string): Step {
	return { kind: 'mint-token', id: 'token', title: `Make a project token for ${janitor}`, name: janitor };
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
