import { readFleet } from '../stack/fleet.ts';
import { made, type Run } from './run.ts';

/**
 * The listener was changed after another run had taken the lock. Where that run's deployment is known, visitors go back to
 * it, unless the other run has changed the listener since; what is not sure is only told.
 * @param ours the target group that the listener was changed to; by default that of this run's deployment
 * @returns whether visitors were put back
 */
export async function putBack(run: Run, ours = run.target?.targetGroupArn ?? null): Promise<boolean> {
	const { aws, host } = run.ungated;
	const baseline = made(run.baseline, 'the baseline');
	const { traffic, deployments } = await readFleet(aws, run.name, baseline);
	if (traffic.defaultTargetGroupArn !== ours) {
		host.notify({
			level: 'warning',
			text: 'Another run has sent visitors elsewhere since; this one changes nothing any more.',
		});
		return false;
	}
	const others = deployments.filter(
		(one) => one.state === 'active' && one.desired > 0 && one.targetGroupArn !== null && one.targetGroupArn !== ours,
	);
	const [active] = others;
	if (active?.targetGroupArn == null || others.length > 1) {
		host.notify({
			level: 'warning',
			text: `Visitors were sent to ${run.id} although another run holds the deploy lock. Check pulse-aws status.`,
		});
		return false;
	}
	return putBackTo(run, active.targetGroupArn, `${active.id}, which another run made active while this one slept`);
}

export async function putBackTo(run: Run, targetGroupArn: string | null, whom: string): Promise<boolean> {
	if (targetGroupArn === null) return false;
	const { aws, host } = run.ungated;
	await aws.elb.modifyListener({
		ListenerArn: made(run.baseline, 'the baseline').listenerArn,
		DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
	});
	host.notify({ level: 'warning', text: `Visitors were put back to ${whom}.` });
	return true;
}
