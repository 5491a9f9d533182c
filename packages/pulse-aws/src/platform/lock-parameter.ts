import { isVoid, type LockValue, lockText, parseLock, type SeenLock } from '../deployments/lock-value.ts';
import type { Aws } from './aws.ts';
import { isAwsError, orGone } from './error-names.ts';
import { parameterHistory } from './parameter-history.ts';

type Ssm = Pick<Aws, 'ssm'>;

/** The deploy lock, or the lease of a deployment that is being made. */

export async function readLock(aws: Ssm, parameter: string): Promise<SeenLock | null> {
	const { Parameters } = await aws.ssm.getParameters({ Names: [parameter] });
	const found = Parameters?.[0];
	return found === undefined ? null : { ...parseLock(found.Value ?? ''), version: found.Version ?? 0 };
}

/** A lease, and what a later deploy has written beside it. */
export async function readLease(
	aws: Ssm,
	parameter: string,
	superseded: string,
): Promise<{ readonly lease: SeenLock | null; readonly supersededBy: string | null }> {
	const { Parameters = [] } = await aws.ssm.getParameters({ Names: [parameter, superseded] });
	const named = (name: string) => Parameters.find(({ Name }) => Name === name);
	const found = named(parameter);
	return {
		lease: found === undefined ? null : { ...parseLock(found.Value ?? ''), version: found.Version ?? 0 },
		supersededBy: named(superseded)?.Value ?? null,
	};
}

export interface StandingLock {
	/** Of the newest version that counts. */
	readonly lock: LockValue;
	/** The newest, which may be a late write that holds nothing: the one to write over. */
	readonly version: number;
	/** When its holder took it, as far back as versions are kept, Unix ms. */
	readonly since: number | null;
	/** When the newest version was written, Unix ms. */
	readonly renewedAt: number;
}

/** What stands beneath late writes, which each hide the lock that they hold nothing of. @returns `null` where nothing is kept */
export async function standingLock(aws: Ssm, parameter: string): Promise<StandingLock | null> {
	const versions = (await orGone(parameterHistory(aws, parameter), 'ParameterNotFound')) ?? [];
	const locks = versions.map(({ Value = '', Version: version = 0, LastModifiedDate }) => ({
		...parseLock(Value),
		version,
		at: LastModifiedDate?.getTime() ?? 0,
	}));
	const newest = locks.at(-1);
	if (newest === undefined) return null;
	const lock = locks.filter((one) => !isVoid(one)).at(-1) ?? newest;
	const first = lock.token === null ? undefined : locks.find(({ token }) => token === lock.token);
	return { lock, version: newest.version, since: first?.at ?? null, renewedAt: newest.at };
}

/** @returns `false` where another command made it first */
export async function createLock(aws: Ssm, parameter: string, holder: string, token: string): Promise<boolean> {
	try {
		await put(aws, parameter, lockText({ holder, token, over: 0 }), false);
		return true;
	} catch (error) {
		if (isAwsError(error, 'ParameterAlreadyExists')) return false;
		throw error;
	}
}

/**
 * @param holder `null` frees it
 * @param over the version that was seen
 * @returns whether it was still that version: only then does the write count
 */
export async function replaceLock(
	aws: Ssm,
	parameter: string,
	holder: string | null,
	token: string,
	over: number,
): Promise<boolean> {
	return (await put(aws, parameter, lockText({ holder, token, over }), true)) === over + 1;
}

async function put({ ssm }: Ssm, parameter: string, Value: string, Overwrite: boolean): Promise<number> {
	return (await ssm.putParameter({ Name: parameter, Value, Type: 'String', Overwrite })).Version ?? 0;
}
