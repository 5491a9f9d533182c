import { DeployToolError } from 'pulse-deploy-kit/errors';
import { waitFor } from 'pulse-deploy-kit/wait';
import type { Step, StepOf } from '../plan/step.ts';
import { deleteServicesStep } from './delete-services.ts';
import { guardOf } from './guard.ts';
import { lateServices, missing } from './late-services.ts';
import type { Perform } from './performers.ts';
import { learn, platformOf, type Run } from './run.ts';

/** For each service to appear (contract R5.9). */
const SERVICE_BUDGET_MS = 120_000;

function noteCreated(service: string, { services, standing, created }: Run): void {
	const id = services.get(service);
	if (id !== undefined && !standing.has(id)) created.set(service, id);
}

/** @param which template names → ours, what is left out, and whether services that stand are kept */
export function deployTemplateStep(
	which: Pick<StepOf<'deploy-template'>, 'code' | 'names' | 'omit' | 'resumes'>,
): Step {
	const services = Object.entries(which.names).flatMap(([own, name]) => (which.omit.includes(own) ? [] : [name]));
	return {
		kind: 'deploy-template',
		id: 'template',
		title: `Create ${services.join(', ')} from the template ${which.code}`,
		...which,
		undo: deleteServicesStep('undo-template', services, { own: true, late: true }),
	};
}

export const deployTemplate: Perform<'deploy-template'> = async (step, run, signal, report) => {
	const wanted = Object.entries(step.names).filter(([own]) => !step.omit.includes(own));
	const expected = wanted.map(([, name]) => name);
	if (step.resumes === true) await lateServices(expected, run, signal);
	const standing = wanted.filter(([, name]) => step.resumes === true && run.services.has(name)).map(([own]) => own);
	if (standing.length === wanted.length) return 'they stand already';
	const confirm = (signal: AbortSignal) => guardOf(run).confirm(signal);
	await platformOf(run).deployTemplate(step.code, step.names, [...step.omit, ...standing], signal, confirm);
	let left: readonly string[] = expected;
	await waitFor({
		what: `the services of template ${step.code}`,
		budgetMs: SERVICE_BUDGET_MS,
		clock: run.ports.clock,
		signal,
		async check(signal) {
			learn(run, await platformOf(run).observe(signal));
			left = missing(expected, run);
			for (const name of expected) noteCreated(name, run);
			if (left.length === 0) return true;
			report(left.join(', '));
			return undefined;
		},
	}).catch((error: unknown) => {
		if (!(error instanceof DeployToolError) || error.code !== 'timeout') throw error;
		throw new DeployToolError('timeout', `service ${left.join(', ')} was not created within 120s`, {
			fault: 'platform',
			next: 'Run pulse-railway init again.',
			cause: error,
		});
	});
	return undefined;
};
