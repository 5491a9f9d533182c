import { Secret } from 'pulse-deploy-kit/secret';
import { waitFor } from 'pulse-deploy-kit/wait';
import { originOfDomain } from '../address.ts';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';

const BUDGET_SECONDS = 180;

export function awaitRouterStep(service: string): Step {
	const title = `Check that ${service} answers at its address`;
	return { kind: 'await-router', id: 'await-router', title, passive: true, service, budgetSeconds: BUDGET_SECONDS };
}

/** A new domain takes a while: its name, its certificate, and the edge's knowledge of the service behind it. */
export const awaitRouter: Perform<'await-router'> = async (step, run, signal, report) => {
	const router = run.ports.openRouter({
		origin: originOfDomain(run.domains.get(step.service) ?? ''),
		controlToken: run.controlToken ?? new Secret(''),
	});
	run.router = router;
	report(router.origin);
	await waitFor({
		what: `the router at ${router.origin}`,
		budgetMs: step.budgetSeconds * 1000,
		clock: run.ports.clock,
		signal,
		check: async (signal) => ((await router.healthy(signal)) ? true : undefined),
		next: `Look at the logs of ${step.service} on Railway.`,
	});
	// Proves the control token and the store behind it: a deploy needs both.
	await router.control('status', { sessions: false }, signal);
	return router.origin;
};
