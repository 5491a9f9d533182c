import type { Deployment } from '../deployments/deployment.ts';
import type { Step } from '../plan/step.ts';
import { writeState } from '../platform/state.ts';
import { made, type Run } from './run.ts';

export async function settle(run: Run, { active, drain }: Extract<Step, { kind: 'settle' }>): Promise<undefined> {
	await writeState(run.session.aws, { name: run.name, ...active }, 'active', null);
	await Promise.all(drain.map((one) => startDraining(run, one)));
	run.draining = drain;
}

/**
 * Its drain begins anew, so that the reaper, which may be looking at it right now, leaves it alone for the next minute;
 * then the switch makes it active.
 */
export async function bringBack(run: Run, deployment: Deployment): Promise<undefined> {
	await startDraining(run, deployment);
}

export async function markActive(run: Run): Promise<undefined> {
	const serviceArn = made(made(run.target, 'the target').serviceArn, 'the service');
	await writeState(run.session.aws, { name: run.name, id: run.id, serviceArn }, 'active', null);
}

/** Whoever was active; a deployment that drains already keeps its time. */
export async function markDraining(run: Run): Promise<string> {
	const others = run.fleet?.deployments.filter((one) => one.id !== run.id) ?? [];
	// Seen before this run settled what an interrupted one left: the listener's deployment counts as active.
	const active = others.filter((one) => one.state === 'active' || one.targetGroupArn === run.previousTargetGroupArn);
	await Promise.all(active.map((one) => startDraining(run, one)));
	run.draining = active;
	return active.length === 0 ? 'none' : active.map((one) => one.id).join(', ');
}

async function startDraining({ session, name }: Run, deployment: Deployment): Promise<void> {
	await writeState(session.aws, { name, ...deployment }, 'draining', session.clock.now());
}
