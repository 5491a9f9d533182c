import { waitFor } from 'pulse-deploy-kit/wait';
import type { Step } from '../plan/step.ts';
import type { StackObservation } from '../platform/port.ts';
import type { Perform } from './performers.ts';
import { learn, platformOf } from './run.ts';

export function awaitRedisStep(service: string, budgetSeconds: number): Step {
	const title = `Wait for the address of ${service}`;
	return { kind: 'await-variable', id: 'await-redis', title, passive: true, service, name: 'REDIS_URL', budgetSeconds };
}

export const awaitVariable: Perform<'await-variable'> = async (step, run, signal, report) => {
	report(step.name);
	// A sealed one is there as well, although its value is not shown.
	const isThere = ({ services }: StackObservation) => {
		const service = services.find(({ name }) => name === step.service);
		return service !== undefined && step.name in service.variables;
	};
	if (run.observation !== undefined && isThere(run.observation)) return undefined;
	await waitFor({
		what: `variable ${step.name} of service ${step.service}`,
		budgetMs: step.budgetSeconds * 1000,
		clock: run.ports.clock,
		signal,
		async check(signal) {
			const observation = await platformOf(run).observe(signal);
			learn(run, observation);
			return isThere(observation) || undefined;
		},
	});
	return undefined;
};
