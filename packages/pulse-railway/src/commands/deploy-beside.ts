import { DeployToolError, isDeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { waitFor } from 'pulse-deploy-kit/wait';
import type { Session } from '../adapters/session.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import { LockHeldError } from '../deployments/errors.ts';
import { leaseOf } from '../deployments/store.ts';
import type { DeployPlan } from '../plan/deploy.ts';
import { planCutOver, planSettling } from '../plan/deploy-cut-over.ts';
import { refuseKind, type SaidKind } from '../plan/refuse-kind.ts';
import { holdLease } from '../stack/deploy-lock.ts';
import { type ExecuteOptions, execute, executePhases, type Phase } from '../steps/execute.ts';
import { learn } from '../steps/run.ts';
import { type Begun, giveWay } from './give-way.ts';
import { type OpenStack, type Stack, standingOf } from './open-stack.ts';
import { type SupersededWatch, watchSuperseded } from './watch-superseded.ts';

/** A cut-over of another command takes seconds, but an older one holds the lock while it builds. */
const PATIENCE_MS = 15 * 60_000;

/** A deploy that was agreed to. */
export interface Beside extends Begun, Pick<ExecuteOptions, 'keepFailed'> {
	readonly service: string;
	readonly kind: SaidKind;
	/** Which deployment new visitors left: another one than planned, where another command was first. */
	readonly moved: { from: string | null };
}

/**
 * The build holds no lock but a lease on its own pending record (decision 23), so a rollback or promotion passes it. Then,
 * under the deploy lock, everything is looked at and the cut-over is planned anew.
 */
export async function deployBeside(session: Session, stack: OpenStack, deploy: Beside): Promise<void> {
	const { plan, deploymentId } = deploy;
	if (plan.settling.length > 0) await stack.withLock((held) => settle(stack, held, plan), PATIENCE_MS);
	const lease = await holdLease(stack.lock, deploymentId, deploy.lane);
	if (lease === null) {
		throw new DeployToolError('router-changing', 'the router is being replaced by another version', {
			fault: 'user',
			next: 'Wait until the upgrade has ended, then run the command again.',
		});
	}
	const stop = watchSuperseded(stack, deploy, lease);
	try {
		await refuseTaken(stack, deploymentId, lease);
		const { signal } = session;
		await executePhases(deploy.stack.run, lease, { signal, keepFailed: deploy.keepFailed ?? false }, async (phase) => {
			const [register, ...rest] = plan.preparing;
			await phase({ ...plan, steps: register === undefined ? [] : [register] }, lease, stop.signal);
			// Of two deploys, the one that registers second knows of the other.
			const known = await knownIds(stack, lease);
			await phase({ ...plan, steps: rest }, lease, stop.signal);
			const cuttingOver = { lease, known, phase, stop };
			const within = AbortSignal.any([signal, stop.signal]);
			await stack.withLock((held) => cutOver(session, stack, deploy, { ...cuttingOver, held }), PATIENCE_MS, within);
		});
	} finally {
		stop.end();
		await lease.release();
	}
}

/**
 * The lease of a killed command outlives it for some seconds, which are waited for where the id is wanted again.
 * @returns whether something was waited for
 * @throws LockHeldError while another command makes a deployment of that id
 */
export async function outlived(
	{ router, lock }: OpenStack,
	{ live }: Stack,
	id: string | undefined,
	{ signal }: Session,
): Promise<boolean> {
	// A canary has one for good.
	const holder = id === undefined || id === live.snapshot.canary?.id ? undefined : live.leases?.[id];
	if (id === undefined || holder === undefined) return false;
	const { clock, ttlMs } = lock;
	await waitFor({
		what: `the lease of ${id} to lapse`,
		budgetMs: ttlMs + 2_000,
		clock,
		signal,
		async check(signal) {
			const { leases } = await router.control('status', { sessions: false }, signal);
			return leases?.[id] === undefined || undefined;
		},
	}).catch((error: unknown) => {
		throw isDeployToolError(error) && error.code === 'timeout' ? new LockHeldError(leaseOf(id), holder.owner) : error;
	});
	return true;
}

/** Planned anew under the lock, as everything that another command may have changed. */
async function settle(stack: OpenStack, held: HeldLock, plan: DeployPlan): Promise<void> {
	const seen = await stack.look(held.signal, true, held);
	const { steps } = planSettling(standingOf(seen));
	await execute({ ...plan, steps, resume: 'pulse-railway deploy' }, seen.run, { signal: held.signal });
}

interface CutOver {
	readonly held: HeldLock;
	/** Of the deployment that is made. */
	readonly lease: HeldLock;
	/** The deployments that were there when this one was registered. */
	readonly known: ReadonlySet<string>;
	readonly phase: Phase;
	/** Until then a later deploy may stop it. */
	readonly stop: SupersededWatch;
}

async function cutOver(
	{ host }: Session,
	stack: OpenStack,
	deploy: Beside,
	{ held, lease, known, phase, stop }: CutOver,
) {
	const { plan, deploymentId, service, stack: planned, moved } = deploy;
	// While the lock was waited for, another command may have cleaned up after this one, and be making the same id anew.
	await lease.confirm();
	const seen = await stack.look(held.signal, true, held);
	stop.settle(seen.live.leases?.[deploymentId]?.supersededBy);
	const { activeId } = seen.live.snapshot;
	giveWay(host, deploy, seen, known);
	const standing = standingOf(seen);
	refuseKind(deploy.kind, standing);
	const { pageWhenActive, canary, preview, provenance } = plan;
	const facts = { ...standing, deploymentId, pageWhenActive, canary, preview, provenance };
	const { steps, warnings } = planCutOver(facts, service);
	for (const text of warnings) host.notify({ level: 'warning', text });
	if (activeId !== deploymentId) moved.from = activeId;
	learn(planned.run, seen.observation);
	await phase({ ...plan, steps }, held);
}

/** An id that was freed by settling, or taken while a person thought. */
async function refuseTaken(stack: OpenStack, deploymentId: string, lease: HeldLock): Promise<void> {
	if (!(await knownIds(stack, lease)).has(deploymentId)) return;
	throw usageError(`deployment ${deploymentId} already exists`, 'Choose another id, or leave --deployment-id out.');
}

async function knownIds({ router }: OpenStack, { signal }: HeldLock): Promise<ReadonlySet<string>> {
	const { snapshot } = await router.control('status', { sessions: false }, signal);
	return new Set(snapshot.deployments.map(({ id }) => id));
}
