import { standing } from 'pulse-deploy-kit/departure';
import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { lastDeparture } from '../deployments/transitions.ts';
import type { StackObservation } from '../platform/port.ts';
import { type BackendService, backendServices, durableActiveId } from '../stack/durable.ts';
import { departStep } from '../steps/depart.ts';
import { hurryStep } from '../steps/hurry.ts';
import { planDelete } from './delete.ts';
import type { LeaveFacts, LeaveIntent, LeavePlan } from './leave.ts';
import type { Plan } from './step.ts';
import { countLeft, leftText } from './who-is-left.ts';

/** Of a deployment that is not active, or will not be any more when its turn comes. */
export function planTail(facts: LeaveFacts, intent: LeaveIntent): LeavePlan {
	const { observation, live, left, now, routerService } = facts;
	const { id, verb, time, isUsual, timeText, flag } = intent;
	const activeId = live.activeId ?? durableActiveId(observation) ?? '';
	const record = live.deployments.find((candidate) => candidate.id === id);
	const backend = backendServices(observation).find((candidate) => candidate.id === id);
	const departure = standing(record?.departure);
	// The janitor will restore what is written there.
	const written = standing(lastDeparture(record, backend?.departure));
	const again = verb === 'recall' && isUsual && departure?.recalled === true;
	const resume = ['pulse-railway', verb, id, flag, '--service', routerService].filter(Boolean).join(' ');
	const tail = { activeId, rolledBack: false, departure };

	// The janitor did not come: the command does what it would have done.
	const over = again && now >= departure.by;
	if (time === 'now' || over) {
		const title = over ? `Delete ${id}, whose recall is over` : `Recall ${id} now`;
		return { ...tail, plan: { ...planDelete(facts, id), title, resume }, deletes: true };
	}
	const { serviceName: service } = standingService(facts, id);
	const kept = (more: Partial<Plan> & Pick<Plan, 'title' | 'facts'>): LeavePlan => ({
		...tail,
		plan: { warnings: [], steps: [], resume, ...more },
		deletes: false,
	});
	const known = { deployment: id, service };
	if (record?.state === 'retiring') return kept({ title: `Recall ${id}`, facts: [`${id} is being deleted already`] });
	if (time === 'back') {
		if (written === undefined) return kept({ title: `Keep ${id}`, facts: [`${id} is not to be left`] });
		return kept({
			title: `Keep ${id}`,
			facts: ['Pages that have moved already stay where they are'],
			steps: [
				departStep({ ...known, time: null, recalled: false }, `Take back that ${id} is to be left`),
				hurryStep(id, 'stay'),
			],
		});
	}
	// One that was recalled stays so, also with another time.
	const recalled = verb === 'recall' || written?.recalled === true;
	const what = `${recalled ? 'Recall' : 'Drain'} ${id}`;
	const touched = { count: countLeft(left), text: `On it: ${leftText(left)}`, end: true } as const;
	if (again) {
		const said = `${id} is recalled already; --within gives it another time`;
		return kept({ title: what, facts: [said], sessions: touched, steps: [hurryStep(id)] });
	}
	return kept({
		title: what,
		facts: [
			`Its pages move to ${activeId} when that harms nobody, ${timeText} at the latest`,
			recalled
				? `It is deleted when nobody is left, a minute after that at the latest with whatever is still open; a rollback does not choose it any more`
				: 'Whatever is still open a minute after that is cut off, unless it is kept to go back to',
			`Taken back by: pulse-railway ${verb} ${id} --cancel`,
		],
		sessions: touched,
		warnings: otherJanitor(observation, routerService),
		steps: [
			departStep({ ...known, time, recalled }, `${what}: whoever is left on it moves ${timeText}`),
			hurryStep(id),
		],
	});
}

/** It stands, people may be on it, and the router can move them. */
function standingService({ observation, live, routerKnows, serviceName, routerService }: LeaveFacts, id: string) {
	const record = live.deployments.find((candidate) => candidate.id === id);
	const backend: BackendService | undefined = backendServices(observation).find((candidate) => candidate.id === id);
	if (record === undefined && backend === undefined)
		throw usageError(`service ${serviceName} not found`, `List them: pulse-railway status --service ${routerService}`);
	if (record === undefined || backend === undefined || record.state === 'pending') {
		const why = backend === undefined ? 'its service is gone' : 'the router sends nobody there';
		throw new DeployToolError('deployment-state', `there is nobody to move from ${id}: ${why}`, {
			fault: 'user',
			next: `Delete it: pulse-railway delete ${id} --service ${routerService}`,
		});
	}
	if (routerKnows) return backend;
	throw new DeployToolError('baseline', 'the router is of an older version, which moves no pages by a time', {
		fault: 'user',
		next: `Run pulse-railway upgrade first, or delete it at once: pulse-railway recall ${id} --now`,
	});
}

/** It is the janitor that deletes in the end, and an older one knows nothing of recalls. */
function otherJanitor({ services }: StackObservation, routerService: string): readonly string[] {
	const versionOf = (image: string | undefined) => /:([^:/]+)$/.exec(image ?? '')?.[1];
	const router = versionOf(services.find(({ name }) => name === routerService)?.settings.image);
	const janitor = versionOf(services.find(({ settings }) => settings.cronSchedule !== undefined)?.settings.image);
	if (router === undefined || janitor === undefined || router === janitor) return [];
	return [
		`The janitor is of another version than the router (${janitor}, ${router}) and may know nothing of it: pages move all the same, and this command once more, when the time is over, deletes the deployment.`,
	];
}
