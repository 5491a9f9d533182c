import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import { unguarded } from 'pulse-deploy-kit/plan/guard';
import { looking, running, type Session } from '../adapters/session.ts';
import { newDeploymentId } from '../deployments/id.ts';
import type { Version } from '../deployments/version.ts';
import { runningCanary } from '../plan/canary.ts';
import { planRemake } from '../plan/remake.ts';
import { type BaselineOutputs, repositoryName } from '../platform/baseline-outputs.ts';
import { type ImageManifest, imageGone, readManifest } from '../platform/versions.ts';
import { idsOf, readFleet, withOwners } from '../stack/fleet.ts';
import { Lease } from '../stack/lease.ts';
import { LeaseWatch } from '../stack/lease-watch.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { requireBaseline } from '../stack/read-baseline.ts';
import { remakeRequest } from '../stack/remake.ts';
import { executePhases } from '../steps/execute.ts';
import { newRun, type Run } from '../steps/run.ts';
import { pinRules } from '../traffic/pin-rules.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import { agreementOf } from './agreement.ts';
import { type Contents, findVersion } from './find-version.ts';
import { makeAndCutOver } from './make-and-cut-over.ts';
import { type RollbackOutcome, type RollbackRequest, rollback } from './rollback.ts';
import type { Agreed } from './share-and-build.ts';

/**
 * Back to an earlier version, also where nothing of it runs any more: it is made anew from its image, under an id of its own,
 * beside what runs, and then visitors are moved as by a deploy. What still runs is gone back to as it is.
 */
export async function rollbackRedeploy(asked: Session, request: RollbackRequest): Promise<RollbackOutcome> {
	const session = running(asked, 'rollback --redeploy');
	const { deploymentName: name, dryRun } = request;
	const watch = new LeaseWatch(session, name);
	const found = await findVersion(session, request, watch);
	// While a canary runs, it is that which a rollback without an id ends.
	if (found === null) return rollback(asked, request);
	const { version } = found;
	if (version === null) return rollback(asked, { ...request, deploymentId: found.id });
	const at = session.clock.now();
	const look = (lock: HeldLock | null, signal: AbortSignal) =>
		remake(session, { name, at, watch, lock, signal, version, told: found });
	await watch.settle(session.signal);
	if (dryRun) return { plan: (await look(null, session.signal)).plan, result: null };
	const unknown = newRun(session, null, { name, id: '', fleet: null, baseline: null, previousTargetGroupArn: null });
	let lease: Lease | null = null;
	const rollingBack = executePhases(unknown, session.signal, async (phase) => {
		const agreed = await agreeUnderLock({
			agreement: agreementOf(session),
			lock: (work) => withDeployLock(session, name, (lock) => work(lock, false)),
			async propose(lock: HeldLock) {
				const proposed = await look(lock, lock.signal);
				const text = `Make ${version.id} anew as ${proposed.run.id} and send new visitors there?`;
				return { ...proposed, questions: [{ text, default: true }] };
			},
			async carryOut({ plan, run }, lock) {
				({ lease } = run);
				await phase({ ...plan, steps: plan.sharing }, { guard: unguarded, signal: lock.signal }, run);
				return { plan, run };
			},
		});
		const done = await makeAndCutOver(session, { ...agreed, overLater: false }, phase);
		return { plan: agreed.plan, result: resultOf(done, version.id) };
	});
	return rollingBack.finally(() => lease?.end());
}

interface Looking {
	readonly name: string;
	readonly at: number;
	readonly watch: LeaseWatch;
	/** `null`: only shown. */
	readonly lock: HeldLock | null;
	readonly signal: AbortSignal;
	readonly version: Version;
	readonly told: Contents;
}

/** What stands, and how the version is made beside it. */
async function remake(session: Session, terms: Looking): Promise<Agreed> {
	const { name, at, watch, lock, signal, version, told } = terms;
	const aws = looking(session, signal);
	const outputs = await requireBaseline(session, name);
	const [fleet, image] = await Promise.all([
		withOwners(aws, name, readFleet(aws, name, outputs), watch),
		imageOf(session, signal, outputs, version),
	]);
	const request = await remakeRequest(aws, { name, version, outputs, fleet, ...told });
	const id = newDeploymentId(name, at, idsOf(fleet));
	const { desiredCount, cpu, memory } = request.task;
	const facts = [
		`${version.id} anew, from its image ${image.digest.slice(0, 19)}${told.commit === null ? '' : `, commit ${told.commit}`}`,
		`${desiredCount} task(s) of ${cpu} CPU units and ${memory} MiB`,
	];
	const rules = pinRules(id, request.container).length;
	const plan = planRemake(fleet, { id, of: version.id, image, rules, facts });
	const run: Run = newRun(session, lock, {
		lease: new Lease(session, name, id),
		name,
		id,
		request,
		fleet,
		baseline: outputs,
		certificateArn: fleet.traffic.defaultCertificateArn,
		previousTargetGroupArn: activeTargetGroup(fleet.traffic),
		previousCertificateArn: fleet.traffic.defaultCertificateArn,
	});
	return { plan, run };
}

/** @throws DeployToolError `image-gone` before anything is made */
async function imageOf(
	session: Session,
	signal: AbortSignal,
	{ ecrRepositoryUri }: BaselineOutputs,
	{ id, imageUri }: Version,
): Promise<ImageManifest> {
	const image = await readManifest(looking(session, signal), repositoryName(ecrRepositoryUri), imageUri);
	if (image === null) throw imageGone(id);
	return image;
}

function resultOf(run: Run, of: string) {
	return {
		deployment_id: run.id,
		service_arn: run.target?.serviceArn ?? '',
		target_group_arn: run.target?.targetGroupArn ?? '',
		marked_draining: run.draining.map(({ id }) => id),
		made_of: of,
		ended_canary: run.fleet === null ? null : (runningCanary(run.fleet)?.id ?? null),
	};
}
