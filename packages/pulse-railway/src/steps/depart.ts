import { type Departure, departureText } from 'pulse-deploy-kit/departure';
import { departureAt, type LeaveTime } from 'pulse-deploy-kit/leave-settings';
import { ActiveDeploymentError, DeploymentStateError } from '../deployments/errors.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { Step } from '../plan/step.ts';
import { DEPARTURE_VARIABLE } from '../protocol.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf, routerOf, serviceId } from './run.ts';
import { underLock } from './under-lock.ts';

interface Departing {
	readonly deployment: string;
	readonly service: string;
	/** `null`: what was said is taken back. */
	readonly time: LeaveTime | null;
	readonly recalled: boolean;
}

export function departStep(departing: Departing, title: string): Step {
	return { kind: 'depart', id: 'depart', title, ...departing };
}

/** The deployment is active again by then, and what was said of it on Railway is of an earlier time. */
export function takeBackStep(deployment: string, service: string, former: Departure): Step {
	const departure = { by: null, recalled: false, saidAt: former.saidAt + 1 };
	return {
		kind: 'set-variables',
		id: 'take-back',
		title: `Note on Railway that ${deployment} stays`,
		details: [`variables: ${DEPARTURE_VARIABLE}`],
		service,
		variables: { [DEPARTURE_VARIABLE]: departureText(departure) },
		optional: true,
	};
}

/**
 * The durable word first, since the janitor restores the live one from it. Both carry when they were said, by the router's
 * clock: a word that a sleeping machine sends late is older than the promotion that came between, and counts for nothing.
 */
export const depart: Perform<'depart'> = async (step, run, signal) => {
	const { deployment: id, service, time, recalled } = step;
	const { snapshot, now } = await routerOf(run).control('status', { sessions: false }, signal);
	if (snapshot.activeId === id) throw new ActiveDeploymentError(id);
	const record = snapshot.deployments.find((candidate) => candidate.id === id);
	if (record?.state !== 'draining') throw new DeploymentStateError(id, record?.state ?? 'retiring', 'recall or drain');
	const departure = departureAt(time, recalled, { at: laterThanAll(record, now), now, clock: "the router's clock" });
	const variables = { [DEPARTURE_VARIABLE]: departureText(departure) };
	await guarded(run, signal, (signal) => platformOf(run).setVariables(serviceId(run, service), variables, signal));
	await underLock(run, 'depart', { id, departure }, signal);
	run.departures.set(id, departure);
	return undefined;
};

/** The clocks of two routers differ, and a word that is older than the drain counts as one of an earlier time. */
function laterThanAll({ drainStartedAt, departure }: DeploymentRecord, now: number): number {
	return Math.max(now, drainStartedAt ?? 0, (departure?.saidAt ?? 0) + 1);
}
