import { originOfDomain } from '../address.ts';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { platformOf, serviceId } from './run.ts';

export function ensureDomainStep(service: string, targetPort: number): Step {
	return { kind: 'ensure-domain', id: 'domain', title: `Give ${service} a public address`, service, targetPort };
}

export const ensureDomain: Perform<'ensure-domain'> = async (step, run, signal) => {
	const known = run.domains.get(step.service);
	const domain =
		known ?? (await platformOf(run).ensureDomain(serviceId(run, step.service), step.targetPort, signal)).domain;
	run.domains.set(step.service, domain);
	return originOfDomain(domain);
};
