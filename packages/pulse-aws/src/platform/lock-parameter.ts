import { lockText, parseLock, type SeenLock } from '../deployments/lock-value.ts';
import { lockParameter } from '../deployments/names.ts';
import type { Aws } from './aws.ts';
import { isAwsError } from './error-names.ts';

type Ssm = Pick<Aws, 'ssm'>;

export async function readLock(aws: Ssm, name: string): Promise<SeenLock | null> {
	const { Parameters } = await aws.ssm.getParameters({ Names: [lockParameter(name)] });
	const found = Parameters?.[0];
	return found === undefined ? null : { ...parseLock(found.Value ?? ''), version: found.Version ?? 0 };
}

/** @returns `false` where somebody else made it first */
export async function createLock(aws: Ssm, name: string, holder: string, token: string): Promise<boolean> {
	try {
		await put(aws, name, lockText({ holder, token, over: 0 }), false);
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
	name: string,
	holder: string | null,
	token: string,
	over: number,
): Promise<boolean> {
	return (await put(aws, name, lockText({ holder, token, over }), true)) === over + 1;
}

async function put({ ssm }: Ssm, name: string, Value: string, Overwrite: boolean): Promise<number> {
	return (await ssm.putParameter({ Name: lockParameter(name), Value, Type: 'String', Overwrite })).Version ?? 0;
}
