import { randomBytes } from 'node:crypto';
import type { LeaseAnswer, NewestLeases } from 'pulse-app';
import { isVoid } from '../deployments/lock-value.ts';
import type { Aws } from '../platform/aws.ts';
import { isAwsError, NOT_ALLOWED } from '../platform/error-names.ts';
import { newestParameter, stateParameter } from '../protocol.ts';
import { type NewestValue, newestText, readNewest, type SeenNewest } from './newest-value.ts';

/** How long a task has the lease that it does not prolong. The account may write three parameters a second, of all its apps. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
const ASK_MS = 2_000;
const ASK_WITHIN_MS = 5_000;
const OVERTAKEN = ['ParameterAlreadyExists', 'TooManyUpdates'] as const;

export interface NewestLeaseOptions {
	readonly ssm: Pick<Aws['ssm'], 'getParameters' | 'putParameter'>;
	readonly deploymentName: string;
	readonly deploymentId: string;
	/** Default: the system's. */
	readonly clocks?: Clocks;
	/** Uniform in [0, 1). Default `Math.random`. */
	readonly random?: () => number;
}

/** Both in milliseconds; the second is Unix time. */
export interface Clocks {
	/** Never goes back, and may stand still while a machine sleeps. */
	readonly monotonic: () => number;
	/** May be set. */
	readonly wall: () => number;
}

interface Moment {
	readonly monotonic: number;
	readonly wall: number;
}

/** What a task knows of a lease that is its own. */
interface Own {
	readonly token: string;
	readonly version: number;
	readonly fence: number;
	/** When the last write that counted was begun. */
	readonly writtenAt: Moment;
}

const SYSTEM: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/**
 * The lease of the newest deployment in Parameter Store, between tasks alone. Of two that overwrite version n, the one told
 * n+1 has written. What a task has seen unchanged for the lease's time it may take: its own clock decides, since those of two
 * tasks differ, and a holder writes three times as often. The parameter has a name that tasks may read and write already.
 */
export function parameterLeases(options: NewestLeaseOptions): NewestLeases {
	const { ssm, deploymentName, deploymentId, clocks = SYSTEM, random = Math.random } = options;
	const parameter = newestParameter(deploymentName);
	const state = stateParameter(deploymentName, deploymentId);
	let own: Own | null = null;
	/** The last write that would have made it our own: its answer may have been lost. */
	let tried: { readonly token: string; readonly at: Moment } | null = null;
	/** Another one's, and since when it stands as it is. */
	let watched = { text: '', since: 0 };

	const moment = (): Moment => ({ monotonic: clocks.monotonic(), wall: clocks.wall() });
	/** By the clock that says more: never longer than in truth is a lease held. */
	const ageOf = (then: Moment) => Math.max(clocks.monotonic() - then.monotonic, clocks.wall() - then.wall);

	async function read(abortSignal: AbortSignal) {
		const { Parameters = [] } = await ssm.getParameters({ Names: [parameter, state] }, { abortSignal });
		const found = Parameters.find((one) => one.Name === parameter);
		return {
			seen: found === undefined ? null : readNewest(found.Value ?? '', found.Version ?? 0),
			newest: Parameters.find((one) => one.Name === state)?.Value === 'active',
		};
	}

	/** The version that was written; `null` where another task made the parameter first, or writes at this moment. */
	async function write(value: NewestValue, abortSignal: AbortSignal): Promise<number | null> {
		const put = { Name: parameter, Value: newestText(value), Type: 'String' as const, Overwrite: value.over > 0 };
		try {
			return (await ssm.putParameter(put, { abortSignal })).Version ?? 0;
		} catch (error) {
			if (isAwsError(error, ...OVERTAKEN)) return null;
			throw error;
		}
	}

	/** Writes over what was seen; `null` where another one wrote in between. */
	async function take(seen: SeenNewest | null, kept: Own | null, signal: AbortSignal): Promise<Own | null> {
		const [over, born, at] = [seen?.version ?? 0, seen?.born || Math.floor(clocks.wall()), moment()];
		const token = kept?.token ?? randomBytes(8).toString('hex');
		if (kept === null) tried = { token, at };
		const version = await write({ holder: deploymentId, token, over, born }, signal);
		return version === over + 1 ? { token, version, fence: kept?.fence ?? born + version, writtenAt: at } : null;
	}

	/** As long as its time is not over no other task can have taken it: what stands on top of it was written late. */
	function isStillOwn(seen: SeenNewest | null): seen is SeenNewest {
		if (own === null || seen === null || ageOf(own.writtenAt) >= LEASE_MS) return false;
		return seen.version >= own.version && (seen.token === own.token || isVoid(seen));
	}

	/** Whose answer was lost. */
	function triedInTime(seen: SeenNewest | null): Own | null {
		if (tried === null || seen?.token !== tried.token || seen.holder === null || isVoid(seen)) return null;
		if (ageOf(tried.at) >= LEASE_MS) return null;
		const { token, version, born } = seen;
		return { token, version, fence: born + version, writtenAt: tried.at };
	}

	function mayTake(seen: SeenNewest | null): boolean {
		if (seen === null || (seen.holder === null && !isVoid(seen))) return true;
		const text = JSON.stringify(seen);
		if (text !== watched.text) watched = { text, since: clocks.monotonic() };
		return clocks.monotonic() - watched.since >= LEASE_MS;
	}

	async function look(signal: AbortSignal): Promise<LeaseAnswer> {
		const askInMs = ASK_MS * (0.8 + random() * 0.4);
		const asked = moment();
		const { seen, newest } = await read(signal);
		if (!isStillOwn(seen)) {
			own = triedInTime(seen);
			if (own === null && newest && mayTake(seen)) own = await take(seen, null, signal);
		} else if (ageOf(own!.writtenAt) >= RENEW_MS) own = (await take(seen, own, signal)) ?? own;
		if (own === null) return { held: false, askInMs };
		const { fence, writtenAt } = own;
		// What is left was counted from the question; a write may have been begun after it.
		const left = LEASE_MS - Math.max(asked.monotonic - writtenAt.monotonic, asked.wall - writtenAt.wall);
		return { held: true, newest, fence, forMs: Math.min(left, LEASE_MS), askInMs };
	}

	return {
		askWithinMs: ASK_WITHIN_MS,
		ask: (signal) => look(signal).catch((error: unknown) => Promise.reject(explained(error))),
		async release(signal) {
			const { seen } = await read(signal);
			const given = isStillOwn(seen) ? own : null;
			// Before the write: its answer may be lost, and another task take what is free.
			own = null;
			tried = null;
			if (given === null || seen === null) return;
			await write({ holder: null, token: given.token, over: seen.version, born: seen.born }, signal);
		},
	};
}

function explained(error: unknown): Error {
	if (!(error instanceof Error)) return new Error(String(error));
	const cause = { cause: error };
	if (!isAwsError(error, ...NOT_ALLOWED)) return new Error(`Parameter Store: ${error.name}: ${error.message}`, cause);
	return new Error(
		'the role of its tasks may not keep the lease: the baseline is an old one. Run: pulse-aws deploy',
		cause,
	);
}
