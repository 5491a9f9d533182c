import { DeployToolError } from 'pulse-deploy-kit/errors';
import { waitFor } from 'pulse-deploy-kit/wait';
import type { Perform } from '../perform.ts';
import { learn, platformOf } from '../run.ts';

/** For each service to appear (contract R5.9). */
const SERVICE_BUDGET_MS = 120_000;

export const deployTemplate: Perform<'deploy-template'> = async (step, run, signal, report) => {
	await platformOf(run).deployTemplate(step.code, step.names, step.omit, signal);
	const expected = Object.entries(step.names).flatMap(([own, name]) => (step.omit.includes(own) ? [] : [name]));
	let missing = expected;
	await waitFor({
		what: `the services of template ${step.code}`,
		budgetMs: SERVICE_BUDGET_MS,
		clock: run.ports.clock,
		signal,
		async check(signal) {
			learn(run, await platformOf(run).observe(signal));
			missing = expected.filter((name) => !run.services.has(name));
			if (missing.length === 0) return true;
			report(missing.join(', '));
			return undefined;
		},
	}).catch((error: unknown) => {
		if (!(error instanceof DeployToolError) || error.code !== 'timeout') throw error;
		throw new DeployToolError('timeout', `service ${missing.join(', ')} was not created within 120s`, {
			fault: 'platform',
			next: 'Run pulse-railway init again.',
			cause: error,
		});
	});
	return undefined;
};
