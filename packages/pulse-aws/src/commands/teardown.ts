import { DeployToolError } from 'pulse-deploy-kit/errors';
import { looking, type Session } from '../adapters/session.ts';
import { lockParameter, stackName } from '../deployments/names.ts';
import type { Fleet } from '../plan/observation.ts';
import type { Plan } from '../plan/step.ts';
import { planTeardown } from '../plan/teardown.ts';
import { readParameters } from '../platform/parameters.ts';
import { awaitStack } from '../stack/await-stack.ts';
import { readFleet } from '../stack/fleet.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { readBaseline } from '../stack/read-baseline.ts';
import { carryOut } from '../steps/carry-out.ts';
import { newRun } from '../steps/run.ts';
import { showPlan } from './show-plan.ts';

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
	const observe = async () => {
		const { stack, outputs } = await readBaseline(session, name);
		const fleet = outputs === null ? null : await readFleet(looking(session), name, outputs);
		return { stack, outputs, fleet, plan: planTeardown(name, { stack, fleet }, request.force) };
	};
	const first = await observe();
	if (request.dryRun) return { plan: first.plan, result: result('planned') };
	if (first.stack.condition === 'absent' && !(await hasLeavings(session, name)))
		return { plan: null, result: result('absent') };
	showPlan(session.host, first.plan);
	const question = `Delete all of '${name}' in ${session.aws.region}? This cannot be undone.`;
	if (!(await session.host.ask({ text: question, default: false })))
		return { plan: first.plan, result: result('cancelled') };
	const torn = async (lock: HeldLock) => {
		const tell = (text: string) =>
			session.host.notify({
				level: 'step',
				id: 'stack',
				state: 'waiting',
				text: `Waiting for the baseline stack: ${text}`,
			});
		await awaitStack(session, stackName(name), lock.signal, tell, request.pollSeconds * 1000);
		// Under the lock nobody deploys any more: what is seen now is all there is.
		const { outputs, fleet, plan } = await observe();
		refuseNew(first.fleet, fleet);
		const run = newRun(session, lock, {
			name,
			id: name,
			fleet,
			baseline: outputs,
			previousTargetGroupArn: null,
			pollMs: request.pollSeconds * 1000,
		});
		await carryOut(run, plan, lock.signal);
		return plan;
	};
	return { plan: await withDeployLock(session, name, torn, true), result: result('deleted') };
}

/** Whoever agreed to the first look has not agreed to what was deployed since. */
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
async function hasLeavings({ aws }: Session, name: string): Promise<boolean> {
	const [parameters, lock] = await Promise.all([
		readParameters(aws, name),
		aws.ssm.getParameters({ Names: [lockParameter(name)] }),
	]);
	return parameters.length + (lock.Parameters ?? []).length > 0;
}
