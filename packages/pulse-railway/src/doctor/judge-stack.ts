import { type Check, failed, failure, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import { readNow } from 'pulse-deploy-kit/doctor/reading';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import { BASELINE_VARIABLE, MAX_REPLICAS } from '../protocol.ts';
import { baselineFacts, serviceNamed } from '../stack/baseline.ts';
import { backendServices, durableTruth } from '../stack/durable.ts';
import { sharedValue } from '../stack/shared-value.ts';
import type { DoctorFacts } from './facts.ts';

const UPGRADE = 'Run pulse-railway upgrade.';
const BROKEN = ['CRASHED', 'FAILED', 'REMOVED', 'NEEDS_APPROVAL'];

/** What Railway says of the services. */
export function judgeStack(facts: DoctorFacts): readonly Check[] {
	if ('failure' in facts.observation) {
		const why = 'the project cannot be read';
		return ['baseline', 'variables', 'active', 'services', 'sleeping', 'replicas', 'janitor'].map((check) =>
			skipped(check, why),
		);
	}
	const seen = facts.observation.value;
	const stable: readonly string[] = Object.values(facts.names);
	const backends = new Set(backendServices(seen).map(({ serviceId }) => serviceId));
	const ours = seen.services.filter(({ id, name }) => backends.has(id) || stable.includes(name));
	return [
		judgeBaseline(facts, seen),
		judgeVariables(seen, ours),
		judgeActive(facts, seen),
		judgeServices(ours),
		judgeSleeping(ours),
		judgeReplicas(ours),
		judgeJanitor(seen, facts.names.janitor),
	];
}

function judgeBaseline({ names }: DoctorFacts, seen: StackObservation): Check {
	const read = readNow(() => ({ ...baselineFacts(seen, names), mark: sharedValue(seen, BASELINE_VARIABLE) }));
	if ('failure' in read) return failure('baseline', read.failure);
	const { mark } = read.value;
	if (mark === undefined || mark === 'ready') return passed('baseline', 'router, janitor, env service and store agree');
	return failed('baseline', 'an init or upgrade was begun and not ended', 'Run the same command again: it goes on.');
}

function judgeVariables({ sharedVariables }: StackObservation, ours: readonly ObservedService[]): Check {
	const hidden = [{ name: 'shared', variables: sharedVariables }, ...ours].flatMap(({ name, variables }) =>
		Object.keys(variables)
			.filter((key) => variables[key] === null && key.startsWith('PULSE_'))
			.map((key) => `${name}.${key}`),
	);
	if (hidden.length === 0) return passed('variables', 'none that commands read is hidden');
	const next = 'Give a token that may read them; sealed ones are set again on Railway, unsealed.';
	return failed('variables', `hidden: ${hidden.slice(0, 5).join(', ')}`, next, { hidden: hidden.length });
}

function judgeActive({ live }: DoctorFacts, seen: StackObservation): Check {
	const read = readNow(() => durableTruth(seen));
	if ('failure' in read) return failure('active', read.failure);
	const activeId = read.value?.activeId ?? null;
	if ('failure' in live) return skipped('active', 'the router cannot be asked');
	const routed = live.value.snapshot.activeId;
	if (routed === activeId)
		return passed('active', activeId === null ? 'nothing is deployed yet' : `${activeId}, on Railway and in the store`);
	const found = `Railway says ${activeId ?? 'none'}, and the router's store ${routed ?? 'none'}`;
	return failed('active', found, 'Wait for a command that runs; else pulse-railway rollback or deploy settles it.');
}

function judgeServices(ours: readonly ObservedService[]): Check {
	const broken = ours.filter(({ latestDeployment }) => BROKEN.includes(latestDeployment?.status ?? ''));
	const statuses = broken.map(({ name, latestDeployment }) => `${name} (${latestDeployment?.status})`);
	const measured = { services: ours.length, broken: broken.length };
	if (broken.length === 0) return passed('services', 'no last deployment has failed', measured);
	return failed('services', statuses.join(', '), 'See why: pulse-railway logs, or the service on Railway.', measured);
}

const NO_SLEEP =
	'Turn "Serverless" (app sleeping) off in its settings on Railway: a service that sleeps forgets its sessions.';

function judgeSleeping(ours: readonly ObservedService[]): Check {
	const named = (some: readonly ObservedService[]) => some.map(({ name }) => name).join(', ');
	const asleep = ours.filter(({ latestDeployment }) => latestDeployment?.status === 'SLEEPING');
	// What runs by a schedule ends by itself.
	const mayBe = ours.filter(({ maySleep, settings }) => maySleep === true && !settings.cronSchedule);
	const unread = ours.filter(({ maySleep }) => maySleep === undefined).length;
	const measured = { asleep: asleep.length, allowed: mayBe.length, unread };
	if (asleep.length > 0) return failed('sleeping', named(asleep), NO_SLEEP, measured);
	if (mayBe.length > 0) return warned('sleeping', `may be put to sleep: ${named(mayBe)}`, NO_SLEEP, measured);
	return passed('sleeping', 'no service sleeps, or may be put to sleep', measured);
}

function judgeReplicas(ours: readonly ObservedService[]): Check {
	for (const { name, settings } of ours) {
		const regions = Object.values(settings.regions ?? {});
		const total = regions.length === 0 ? (settings.numReplicas ?? 1) : regions.reduce((sum, one) => sum + one, 0);
		const measured = { replicas: total, regions: regions.length };
		const next = `Change it with: railway scale --service ${name}`;
		if (total < 1) return failed('replicas', `${name} has none`, next, measured);
		if (total > MAX_REPLICAS)
			return failed('replicas', `${name} has ${total}, and Railway allows ${MAX_REPLICAS}`, next, measured);
		if (settings.numReplicas !== undefined && settings.numReplicas !== total)
			return warned(
				'replicas',
				`${name} is set to ${settings.numReplicas}, and its regions to ${total}`,
				next,
				measured,
			);
	}
	return passed('replicas', 'each service has some, and no more than Railway allows');
}

function judgeJanitor(seen: StackObservation, name: string): Check {
	const janitor = serviceNamed(seen, name);
	if (janitor === undefined) return skipped('janitor', 'there is none');
	if (!janitor.settings.cronSchedule)
		return failed('janitor', `${name} has no schedule: drained deployments stay for ever`, UPGRADE);
	return passed('janitor', `runs by ${janitor.settings.cronSchedule}`);
}
