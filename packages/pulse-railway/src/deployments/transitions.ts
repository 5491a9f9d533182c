import { type Departure, laterWord } from 'pulse-deploy-kit/departure';
import type { Canary } from './canary.ts';
import { type Container, sameContainer } from './container.ts';
import { ActiveDeploymentError, CanaryRunsError, DeploymentStateError, InconsistentFactsError } from './errors.ts';
import { type DeploymentRecord, type DeploymentState, previewing } from './record.ts';
import type { DurableTruth, Promotion } from './store.ts';

/** What transitions read and write: everything of a routing snapshot but its revision. */
export interface LiveState {
	readonly activeId: string | null;
	/** Unix milliseconds. */
	readonly promotedAt: number | null;
	readonly records: ReadonlyMap<string, DeploymentRecord>;
	/** Absent while none runs. Its record is pending. */
	readonly canary?: Canary | undefined;
}

/** The state after a transition and what it answers. An unchanged state is the very same object. */
export interface Transition<T> {
	readonly state: LiveState;
	readonly result: T;
}

/**
 * Makes stored facts obey invariant 1. A predecessor kept the active id elsewhere and recorded every used deployment as
 * active: the active id decides, and every other record that says active reads as draining without a date.
 */
export function normalise(state: LiveState): LiveState {
	const wrong = [...state.records.values()].filter(
		(record) => (record.state === 'active') !== (record.id === state.activeId),
	);
	const { canary, activeId } = state;
	// A router that knows of no canary has promoted it, or forgotten its record.
	const isOver = canary !== undefined && (activeId === null || state.records.get(canary.id)?.state !== 'pending');
	return change(state, {
		...(isOver ? { canary: null } : {}),
		put: wrong.map((record) =>
			record.id === activeId ? activated(record) : { ...record, state: 'draining' as const },
		),
	});
}

/** `gone → pending`; again is the same. */
export function register(
	state: LiveState,
	id: string,
	serviceName: string,
	container?: Container,
): Transition<DeploymentRecord> {
	if (state.activeId === id) throw new ActiveDeploymentError(id);
	const known = state.records.get(id);
	if (known && known.state !== 'pending') throw new DeploymentStateError(id, known.state, 'register');
	if (known?.serviceName === serviceName && sameContainer(known.container, container)) return { state, result: known };
	const record = ofKind({ ...fresh(id), serviceName, lastSeenAt: known?.lastSeenAt ?? null }, container);
	return { state: change(state, { put: [record] }), result: record };
}

/**
 * `pending → active`, `draining → active`, and the one that was active starts draining, as does a canary unless it is the one.
 * A retiring deployment is being deleted and cannot come back.
 */
export function promote(
	state: LiveState,
	id: string,
	serviceName: string,
	now: number,
	container?: Container,
): Transition<Promotion> {
	const known = state.records.get(id);
	if (known?.state === 'retiring') throw new DeploymentStateError(id, 'retiring', 'promote');
	const active = activated(ofKind({ ...(known ?? fresh(id)), serviceName }, container));
	const ends = state.canary !== undefined && state.activeId !== id;
	const draining = [
		...[...state.records.values()].filter((record) => record.id !== id && needsDrain(record)).map(drained(now)),
		...(ends && state.canary?.id !== id ? outOfCanary(state, now) : []),
	];
	const unchanged = state.activeId === id && same(active, known) && draining.length === 0;
	return {
		state: unchanged
			? state
			: change(state, {
					activeId: id,
					promotedAt: state.activeId === id ? state.promotedAt : now,
					put: [active, ...draining],
					...(ends ? { canary: null } : {}),
				}),
		result: { active: unchanged && known ? known : active, previousActiveId: state.activeId, draining },
	};
}

/** Says of a draining one when the pages that are left on it are moved; of a retiring one nothing more has to be said. */
export function depart(state: LiveState, id: string, departure: Departure): Transition<DeploymentRecord | null> {
	if (state.activeId === id) throw new ActiveDeploymentError(id);
	const known = state.records.get(id);
	if (known === undefined || known.state === 'retiring') return { state, result: known ?? null };
	if (known.state !== 'draining') throw new DeploymentStateError(id, known.state, 'recall or drain');
	const record = departing(known, departure);
	return { state: record === known ? state : change(state, { put: [record] }), result: record };
}

/** `draining → retiring`; again is the same. */
export function retire(state: LiveState, id: string): Transition<DeploymentRecord | null> {
	if (state.activeId === id) throw new ActiveDeploymentError(id);
	const known = state.records.get(id);
	if (!known || known.state === 'retiring') return { state, result: known ?? null };
	if (known.state !== 'draining') throw new DeploymentStateError(id, known.state, 'retire');
	const record: DeploymentRecord = { ...known, state: 'retiring' };
	return { state: change(state, { put: [record] }), result: record };
}

/** `pending`, `draining` or `retiring → gone`; where a state is given, from that one alone. */
export function remove(state: LiveState, id: string, from?: DeploymentState): Transition<boolean> {
	if (state.activeId === id) throw new ActiveDeploymentError(id);
	const known = state.records.get(id);
	if (known === undefined) return { state, result: false };
	if (from !== undefined && known.state !== from) throw new DeploymentStateError(id, known.state, 'remove');
	if (state.canary?.id === id) throw new CanaryRunsError(id, 'remove');
	return { state: change(state, { drop: [id] }), result: true };
}

/**
 * Live follows durable, whatever live said: even a retiring deployment becomes active again when the durable truth
 * names it, because its service still stands.
 */
export function reconcile(state: LiveState, truth: DurableTruth, now: number): Transition<null> {
	const names = new Map(truth.services.map((service) => [service.id, service.serviceName]));
	if (names.size !== truth.services.length) throw new InconsistentFactsError('duplicate PULSE_DEPLOYMENT_ID');
	if (!names.has(truth.activeId)) {
		throw new InconsistentFactsError(`active deployment id '${truth.activeId}' does not match any backend service`);
	}
	const put = truth.services
		.map(({ id, serviceName, container, departure, preview }) => {
			const known = state.records.get(id);
			const record = ofKind({ ...(known ?? fresh(id)), serviceName }, container);
			if (id === truth.activeId) return activated(record);
			if (known === undefined && preview !== undefined) return { ...record, ...previewing(preview) };
			const standing = known === undefined || needsDrain(record) ? drained(now)(record) : record;
			// What was said before it was active again is about an earlier time. A store that lost its data knows no earlier one,
			// so a time that is over ends nothing there: its visitors may have come since.
			const { by = null, saidAt = 0 } = departure ?? {};
			const old = known === undefined ? by !== null && by < now : saidAt < (known.drainStartedAt ?? 0);
			return departure === undefined || old ? standing : departing(standing, departure);
		})
		.filter((record) => !same(record, state.records.get(record.id)));
	const drop = [...state.records.values()]
		.filter((record) => !names.has(record.id) && record.state !== 'pending')
		.map((record) => record.id);
	if (state.activeId === truth.activeId) return { state: change(state, { put, drop }), result: null };
	const moved = { activeId: truth.activeId, promotedAt: now, ...(state.canary === undefined ? {} : { canary: null }) };
	const ended = state.canary?.id === truth.activeId ? [] : outOfCanary(state, now);
	return { state: change(state, { ...moved, put: [...put, ...ended], drop }), result: null };
}

/** Invariants 4 and 5 of activity: only known records, and the time never goes back. */
export function seen(record: DeploymentRecord, at: number): DeploymentRecord {
	return at > (record.lastSeenAt ?? 0) ? { ...record, lastSeenAt: at } : record;
}

interface Change {
	activeId?: string;
	promotedAt?: number | null;
	put?: readonly DeploymentRecord[];
	drop?: readonly string[];
	/** `null`: it ends. */
	canary?: Canary | null;
}

export function change(state: LiveState, { put = [], drop = [], canary, ...rest }: Change): LiveState {
	if (put.length === 0 && drop.length === 0 && rest.activeId === undefined && canary === undefined) return state;
	const records = new Map(state.records);
	for (const record of put) records.set(record.id, record);
	for (const id of drop) records.delete(id);
	return { ...state, ...rest, records, canary: canary === undefined ? state.canary : (canary ?? undefined) };
}

function fresh(id: string): DeploymentRecord {
	return { id, serviceName: null, state: 'pending', drainStartedAt: null, lastSeenAt: null };
}

/** Who does not know its kind leaves it as it is known: a service never changes it. */
function ofKind(record: DeploymentRecord, container: Container | undefined): DeploymentRecord {
	return container === undefined ? record : { ...record, container };
}

/** The canary that runs, as it is once that has ended: draining, with its visitors. */
export function outOfCanary({ canary, records }: LiveState, now: number): DeploymentRecord[] {
	const record = canary === undefined ? undefined : records.get(canary.id);
	return record === undefined ? [] : [{ ...drained(now)(record), neverActive: true }];
}

function activated({ departure, neverActive, preview, ...record }: DeploymentRecord): DeploymentRecord {
	return { ...record, state: 'active', drainStartedAt: null };
}

/** What counts of a live record and of its service: a command that was killed in between has written to its service alone. */
export function lastDeparture(
	record: DeploymentRecord | undefined,
	said: Departure | undefined,
): Departure | undefined {
	if (record === undefined) return said;
	const old = (said?.saidAt ?? 0) < (record.drainStartedAt ?? 0);
	return old ? record.departure : laterWord(record.departure, said);
}

function departing(record: DeploymentRecord, said: Departure): DeploymentRecord {
	const departure = laterWord(record.departure, said);
	if (departure === undefined || departure === record.departure || record.state !== 'draining') return record;
	return { ...record, departure };
}

/** Active ones, and those that a predecessor marked draining without a date, which previews have none of. */
function needsDrain({ state, drainStartedAt, preview }: DeploymentRecord): boolean {
	return state === 'active' || (state === 'draining' && drainStartedAt === null && preview === undefined);
}

function drained(now: number) {
	return (record: DeploymentRecord): DeploymentRecord => ({
		...record,
		state: 'draining',
		drainStartedAt: record.drainStartedAt ?? now,
	});
}

function same(left: DeploymentRecord, right: DeploymentRecord | undefined): boolean {
	return (
		right !== undefined &&
		left.serviceName === right.serviceName &&
		left.state === right.state &&
		left.drainStartedAt === right.drainStartedAt &&
		left.departure?.saidAt === right.departure?.saidAt &&
		sameContainer(left.container, right.container)
	);
}
