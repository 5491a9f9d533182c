import type { WorldClock } from '../clock/world-clock.ts';
import { startHealthChecks } from './health-check.ts';
import type { Target, TargetGroup } from './state.ts';

export interface Registration {
	readonly target: Target;
	/** Takes no new connections from now on; resolves when the deregistration delay is over and the rest is cut. */
	deregister(): Promise<void>;
}

/** What ECS does for a task when it starts and before it stops. `address` is the real `host:port`. */
export function register(
	group: TargetGroup,
	where: { readonly id: string; readonly port: number; readonly address: string },
	clock: WorldClock,
): Registration {
	const key = `${where.id}:${where.port}`;
	const target: Target = {
		...where,
		state: 'initial',
		reason: 'Elb.RegistrationInProgress',
		description: 'Target registration is in progress',
		connections: new Set(),
		stopChecks: () => {},
	};
	group.targets.set(key, target);
	startHealthChecks(group, target, clock);
	return {
		target,
		deregister: () =>
			new Promise((resolve) => {
				target.stopChecks();
				Object.assign(target, {
					state: 'draining',
					reason: 'Target.DeregistrationInProgress',
					description: 'Target deregistration is in progress',
				});
				// The state stays `draining` for the whole delay, even with nothing in flight (docs/platform-facts/aws.md §1).
				const seconds = Number(group.attributes.get('deregistration_delay.timeout_seconds'));
				clock.after(seconds * 1000, () => {
					group.targets.delete(key);
					for (const connection of target.connections) connection.cut();
					resolve();
				});
			}),
	};
}
