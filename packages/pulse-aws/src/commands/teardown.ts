import { DeployToolError } from 'pulse-deploy-kit/errors';
import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import { DeclinedError } from 'pulse-deploy-kit/plan/proposal';
import { looking, running, type Session } from '../adapters/session.ts';
import { historyParameters, lockParameter, noticesParameter, notifyParameter } from '../deployments/names.ts';
import type { Fleet } from '../plan/observation.ts';
import type { Plan } from '../plan/step.ts';
import { planTeardown } from '../plan/teardown.ts';
import { readParameters } from '../platform/parameters.ts';
import { readFleet, withOwners } from '../stack/fleet.ts';
import { LeaseWatch } from '../stack/lease-watch.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { type Baseline, readBaseline, settledBaseline } from '../stack/read-baseline.ts';
import { execute } from '../steps/execute.ts';
import { newRun } from '../steps/run.ts';
import { agreementOf } from './agreement.ts';

export interface TeardownRequest {
	readonly deploymentName: string;
	/** Ends deployments that still run. */
	readonly force: boolean;
	readonly pollSeconds: number;
	readonly dryRun: boolean;
}

export interface TeardownResult {
	readonly deployment_name: string;
	readonly status: 'deleted' | 'absent' | 'cancelled' | 'planned';
}

/** Deletes the baseline and all that deploys made beside it. */
export async function teardown(
	session: Session,
	request: TeardownRequest,
): Promise<{ plan: Plan | null; result: TeardownResult }> {
	const name = request.deploymentName;
	const result = (status: TeardownResult['status']) => ({ deployment_name: name, status });
	const pollMs = request.pollSeconds * 1000;
	const watch = new LeaseWatch(session, name);
	const observe = async (reading: Promise<Baseline>) => {
		const { stack, outputs } = await reading;
		const aws = looking(session);
		const fleet = outputs === null ? null : await withOwners(aws, name, readFleet(aws, name, outputs), watch);
		return { stack, outputs, fleet, plan: planTeardown(name, { stack, fleet }, request.force) };
	};
	await watch.settle(session.signal);
	if (request.dryRun) return { plan: (await observe(readBaseline(session, name))).plan, result: result('planned') };
	// A plan made while the stack changes is another one afterwards.
	const first = await observe(settledBaseline(session, name, session.signal, pollMs));
	if (first.stack.condition === 'absent' && !(await hasLeavings(session, name)))
		return { plan: null, result: result('absent') };
	const text = `Delete all of '${name}' in ${session.aws.region}? This cannot be undone.`;
	const proposed = (plan: Plan) => ({ plan, questions: [{ text, default: false }] });
	const agreement = agreementOf(session);
	try {
		// Not even the lock is taken before a yes; under it no command deploys any more, and what is seen then is all there is.
		if (!(await agreement.covers(proposed(first.plan)))) await agreement.answered();
		return await agreeUnderLock({
			agreement,
			async lock(work) {
				await watch.settle(session.signal);
				return withDeployLock(running(session, 'teardown'), name, (lock) => work(lock, false), {
					forget: (done) => done !== null,
				});
			},
			propose: async (lock: HeldLock) => {
				const { outputs, fleet, plan } = await observe(settledBaseline(session, name, lock.signal, pollMs));
				refuseNew(first.fleet, fleet);
				return { ...proposed(plan), outputs, fleet };
			},
			carryOut: async ({ plan, outputs, fleet }, lock) => {
				const run = newRun(session, lock, {
					name,
					id: name,
					fleet,
					baseline: outputs,
					previousTargetGroupArn: null,
					pollMs,
				});
				await execute(plan, run, lock.signal);
				return { plan, result: result('deleted') };
			},
		});
	} catch (error) {
		if (error instanceof DeclinedError) return { plan: first.plan, result: result('cancelled') };
		throw error;
	}
}

/** A yes to the first look does not cover what was deployed since. */
function refuseNew(agreed: Fleet | null, now: Fleet | null): void {
	const known = new Set(agreed?.deployments.map((one) => one.id));
	const added = now?.deployments.filter((one) => !known.has(one.id)).map((one) => one.id) ?? [];
	if (added.length === 0) return;
	throw new DeployToolError('changed', `${added.join(', ')} was deployed since you were asked; nothing was deleted.`, {
		fault: 'user',
		next: 'Run pulse-aws teardown again if that should go too.',
	});
}

/** An earlier teardown may have ended between the stack and its parameters. */
async function hasLeavings(session: Session, name: string): Promise<boolean> {
	const aws = looking(session);
	const [parameters, others] = await Promise.all([
		readParameters(aws, name),
		aws.ssm.getParameters({
			Names: [lockParameter(name), notifyParameter(name), noticesParameter(name), ...historyParameters(name)],
		}),
	]);
	return parameters.length + (others.Parameters ?? []).length > 0;
}
