import type { Step } from '../plan/step.ts';
import { orGone } from '../platform/error-names.ts';
import { readTraffic } from '../platform/traffic.ts';
import type { Perform } from './performers.ts';
import { removeUnlessServing } from './remove-leftovers.ts';
import type { Run } from './run.ts';

export function removeOwnStep(id: string): Step {
	return { kind: 'remove-own', id: 'undo', title: `Remove what was made of ${id}` };
}

/**
 * Removes whatever there is of this run's deployment, unless visitors are on it; a baseline that was made stays, the next
 * deploy uses it. It needs no lock but its lease: where another run took that, nothing of it is this run's any more.
 */
export const removeOwn: Perform<'remove-own'> = async (_step, run, signal, tell) => {
	const { id, lease } = run;
	const others = run.previousTargetGroupArn === null ? '' : await forVisitors(run);
	if (run.baseline === null || lease === null || !lease.isTaken) return `Nothing was made of ${id}${others}`;
	await lease.kept.confirm();
	const own = { ...run, session: lease.kept.session };
	// A teardown that ran meanwhile took everything along.
	const serving = await orGone(
		removeUnlessServing(own, [id], signal, tell),
		...['ListenerNotFoundException', 'ClusterNotFoundException', 'LoadBalancerNotFoundException'],
	);
	if (serving?.includes(id)) return `${id} serves visitors by now and stays`;
	const { taskDefinitionArn: taskDefinition } = run;
	if (taskDefinition !== null)
		await orGone(own.session.aws.ecs.deregisterTaskDefinition({ taskDefinition }), 'ClientException');
	await lease.end(true);
	return `Removed what was made of ${id}${others}`;
};

/** What holds for all deployments is not taken back: what comes after may rely on it. */
async function forVisitors(run: Run): Promise<string> {
	const { session, ungated, request, baseline, certificateArn, previousCertificateArn: before } = run;
	const same = '; nothing has changed for visitors';
	if (baseline === null || certificateArn === null || before === null || before === certificateArn) return same;
	const now = await readTraffic(ungated.aws, baseline.listenerArn).catch(() => null);
	// What another command has set since is its own.
	if (now !== null && now.defaultCertificateArn !== certificateArn) return same;
	const left = `the load balancer may have the certificate of ${request?.domain ?? 'the new domain'} by now`;
	if (now === null) return `; visitors stay where they are, and ${left}`;
	session.host.notify({
		level: 'warning',
		text: `The certificate of the load balancer is another one now: ${now.defaultCertificateArn} instead of ${before}. Deploy with --certificate-arn ${before} to go back.`,
	});
	return '; visitors stay where they are, with the new certificate';
}
