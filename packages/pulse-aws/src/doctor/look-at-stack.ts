import { type Reading, readNow } from 'pulse-deploy-kit/doctor/reading';
import { awsClock, type Session } from '../adapters/session.ts';
import { LOCK_TTL_MS, parseLock } from '../deployments/lock-value.ts';
import { lockParameter, stackName } from '../deployments/names.ts';
import { readStack, type StackFacts } from '../platform/stack.ts';
import { refuseForeignBaseline, refuseTakenRepository } from '../stack/first-deploy.ts';
import { outputsOf } from '../stack/read-baseline.ts';
import { following, look, unread } from './look.ts';

export interface LockFacts {
	/** `null`: it is free. */
	readonly holder: string | null;
	/** Not renewed for longer than its holder would let pass. */
	readonly lapsed: boolean;
}

export async function lookAtStack(session: Session, name: string) {
	const { aws, signal } = session;
	const [stack, lock] = await Promise.all([
		look(readStack(aws, stackName(name)), signal),
		look(readLockFacts(session, name), signal),
	]);
	const absent = 'value' in stack && stack.value.condition === 'absent';
	const free = absent ? await look(refuseTakenRepository(session, name), signal) : null;
	return { stack, lock, free, outputs: await following(stack, async (value) => usable(name, value)) };
}

function usable(name: string, stack: StackFacts): Reading<ReturnType<typeof outputsOf> & object> {
	const read = readNow(() => outputsOf(stack));
	if ('failure' in read) return unread('the baseline does not say where it is');
	if (read.value === null)
		return unread(stack.condition === 'absent' ? 'there is no baseline yet' : 'the baseline cannot be used now');
	const { value } = read;
	const own = readNow(() => refuseForeignBaseline(name, value));
	return 'failure' in own ? own : { value };
}

/** By AWS's own times alone: a look is short, and the clocks of two machines differ. */
async function readLockFacts(session: Session, name: string): Promise<LockFacts> {
	const { Parameters } = await session.aws.ssm.getParameters({ Names: [lockParameter(name)] });
	const [found] = Parameters ?? [];
	const { holder } = parseLock(found?.Value ?? 'free');
	const age = awsClock(session).now() - (found?.LastModifiedDate?.getTime() ?? 0);
	return { holder, lapsed: age >= 2 * LOCK_TTL_MS };
}
