import { Secret } from 'pulse-deploy-kit/secret';
import { waitFor } from 'pulse-deploy-kit/wait';
import { originOfDomain } from '../config/address.ts';
import type { Perform } from './performers.ts';
import { platformOf, serviceId } from './run.ts';

export const ensureDomain: Perform<'ensure-domain'> = async (step, run, signal) => {
	const known = run.domains.get(step.service);
	const domain =
		known ?? (await platformOf(run).ensureDomain(serviceId(run, step.service), step.targetPort, signal)).domain;
	run.domains.set(step.service, domain);
	return originOfDomain(domain);
};

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
