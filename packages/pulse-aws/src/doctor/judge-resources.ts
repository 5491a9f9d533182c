import { type Check, failed, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import type { DoctorFacts } from './facts.ts';
import { judged, whyNot } from './judged.ts';
import type { ReaperRuns } from './look-at-reaper.ts';
import type { ListenerFacts, ResourceFacts } from './look-at-resources.ts';

const ALL = ['cluster', 'load-balancer', 'listener', 'repository', 'log-group', 'reaper'];
const GONE = 'It was deleted beside CloudFormation: tear the stack down and deploy again, or restore it by hand.';
const MINUTE_MS = 60_000;

/** What the baseline is made of: each part can be deleted or changed beside CloudFormation. */
export function judgeResources({ resources, now }: DoctorFacts): readonly Check[] {
	if ('failure' in resources) return ALL.map((check) => skipped(check, whyNot(resources.failure)));
	const { cluster, loadBalancer, listener, repository, logGroup, reaper } = resources.value;
	const there = (check: string, read: ResourceFacts['repository'], what: string) =>
		judged(check, read, (is) =>
			is ? passed(check, `${what} is there`) : failed(check, `${what} is not there`, GONE, { there: false }),
		);
	return [
		judged('cluster', cluster, judgeCluster),
		judgeLoadBalancer(resources.value.listener, loadBalancer),
		judged('listener', listener, judgeListener),
		there('repository', repository, 'the image repository'),
		there('log-group', logGroup, 'the log group of the tasks'),
		judged('reaper', reaper, (facts) => judgeReaper(facts, now)),
	];
}

function judgeCluster(status: string | null): Check {
	const measured = { status };
	if (status === 'ACTIVE') return passed('cluster', 'active', measured);
	return failed('cluster', status === null ? 'it is not there' : `it is ${status}`, GONE, measured);
}

function judgeLoadBalancer(listener: ResourceFacts['listener'], read: ResourceFacts['loadBalancer']): Check {
	// Its listener is all that leads to it.
	if ('value' in listener && listener.value === null) return skipped('load-balancer', 'the listener is not there');
	return judged('load-balancer', read, (state) => {
		const measured = { state };
		if (state === 'active') return passed('load-balancer', 'active', measured);
		if (state === null) return failed('load-balancer', 'it is not there', GONE, measured);
		if (state === 'failed') return failed('load-balancer', 'AWS could not set it up', GONE, measured);
		return warned('load-balancer', `it is ${state}`, 'Wait; if it stays so, ask AWS support.', measured);
	});
}

function judgeListener(listener: ListenerFacts | null): Check {
	if (listener === null) return failed('listener', 'the one that the baseline names is not there', GONE);
	const { port, protocol } = listener;
	const measured = { port, protocol };
	if (port === 443 && protocol === 'HTTPS') return passed('listener', 'HTTPS on port 443', measured);
	const next = 'Set it back to HTTPS on port 443, where browsers come.';
	return failed('listener', `${protocol} on port ${port}`, next, measured);
}

function judgeReaper({ madeAt, runs, windowMinutes }: ReaperRuns, now: number): Check {
	const failures = runs.filter(({ failed: isFailed }) => isFailed).length;
	const measured = { runs: runs.length, failures, minutes: windowMinutes };
	if (madeAt === null)
		return failed('reaper', 'the stack has none: drained deployments stay', 'Deploy with this version.', measured);
	if (runs.length === 0 && now - madeAt < windowMinutes * MINUTE_MS)
		return skipped('reaper', 'the stack was made or changed just now');
	if (runs.length === 0)
		return failed(
			'reaper',
			`it has not run for ${windowMinutes} min: drained deployments stay, until the load balancer is full`,
			"Is its EventBridge rule (ReaperSchedule in the stack's resources) enabled? Until then: pulse-aws reap --yes",
			measured,
		);
	if (failures === 0) return passed('reaper', `ran ${runs.length} times in ${windowMinutes} min`, measured);
	const next = "See why in its log group (ReaperLog in the stack's resources); by hand: pulse-aws reap";
	const found = `${failures} of its last ${runs.length} runs failed`;
	return (failures === runs.length ? failed : warned)('reaper', found, next, measured);
}
