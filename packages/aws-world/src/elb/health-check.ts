import { request } from 'node:http';
import type { WorldClock } from '../clock/world-clock.ts';
import type { Target, TargetGroup } from './state.ts';

/** Real ms that one check may keep time still; a slower answer competes with the world's own timeout. */
const CHECK_PATIENCE_MS = 2_000;
/** From registration to the first check (docs/platform-facts/aws.md states no figure: UNVERIFIED). */
const FIRST_CHECK_MS = 1_000;

type Outcome =
	| 'good'
	| {
			readonly reason: 'Target.ResponseCodeMismatch' | 'Target.Timeout' | 'Target.FailedHealthChecks';
			readonly text: string;
	  };

/** Checks a target over its real socket until stopped. One good check makes a new target healthy. */
export function startHealthChecks(group: TargetGroup, target: Target, clock: WorldClock): void {
	const { check } = group;
	let stopped = false;
	let good = 0;
	let bad = 0;

	const run = async () => {
		const outcome = await clock.hold(probe(group, target, clock), CHECK_PATIENCE_MS);
		if (stopped) return;
		if (outcome === 'good') {
			good++;
			bad = 0;
			if (target.state === 'initial' || good >= check.healthyThreshold) {
				Object.assign(target, { state: 'healthy', reason: undefined, description: undefined });
			}
		} else {
			bad++;
			good = 0;
			if (bad >= check.unhealthyThreshold) {
				Object.assign(target, { state: 'unhealthy', reason: outcome.reason, description: outcome.text });
			} else if (target.state === 'initial') {
				Object.assign(target, {
					reason: 'Elb.InitialHealthChecking',
					description: 'Initial health checks in progress',
				});
			}
		}
		timer = clock.after(check.intervalSeconds * 1000, () => void run());
	};
	let timer = clock.after(FIRST_CHECK_MS, () => void run());
	target.stopChecks = () => {
		stopped = true;
		timer.cancel();
	};
}

function probe(group: TargetGroup, target: Target, clock: WorldClock): Promise<Outcome> {
	return new Promise((resolve) => {
		const [host, port] = target.address.split(':');
		const outgoing = request({
			host,
			port,
			path: group.check.path,
			headers: { host: `${target.id}:${target.port}`, 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
			agent: false,
		});
		const finish = (outcome: Outcome) => {
			timeout.cancel();
			outgoing.destroy();
			resolve(outcome);
		};
		const timeout = clock.after(group.check.timeoutSeconds * 1000, () =>
			finish({ reason: 'Target.Timeout', text: 'Request timed out' }),
		);
		outgoing.on('response', (response) => {
			const status = response.statusCode ?? 0;
			if (matches(group.check.matcher, status)) finish('good');
			else
				finish({ reason: 'Target.ResponseCodeMismatch', text: `Health checks failed with these codes: [${status}]` });
		});
		outgoing.on('error', () => finish({ reason: 'Target.FailedHealthChecks', text: 'Health checks failed' }));
		outgoing.end();
	});
}

/** `200`, `200,204`, `200-299`. */
export function matches(matcher: string, status: number): boolean {
	return matcher.split(',').some((part) => {
		const [low, high = low] = part.split('-').map(Number);
		return status >= (low ?? 0) && status <= (high ?? 0);
	});
}
