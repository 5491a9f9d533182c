import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import { type InTheMaking, supersedeTitle } from 'pulse-deploy-kit/supersede/plan-text';
import type { Step } from '../plan/step.ts';
import { isAwsError } from '../platform/error-names.ts';
import { readLock } from '../platform/lock-parameter.ts';
import { deleteParameters } from '../platform/parameters.ts';
import { ownerParameter, supersededParameter } from '../protocol.ts';
import type { Perform } from './performers.ts';
import type { Run } from './run.ts';

export function supersedeStep(making: readonly InTheMaking[], lane: Lane): Step {
	const ids = making.filter((one) => one.lane === lane).map(({ id }) => id);
	return {
		kind: 'supersede',
		id: 'supersede',
		title: supersedeTitle(making, lane),
		section: 'Deployment',
		ids,
		lane,
	};
}

/** Under the deploy lock no other deploy takes an id, so that those which are seen were all started earlier. */
export const supersede: Perform<'supersede'> = async ({ ids, lane }, run) => {
	const stopped: string[] = [];
	for (const id of ids) if (await stop(run, id, lane)) stopped.push(id);
	return stopped.length === 0 ? 'none is' : `${stopped.join(', ')} told to`;
};

async function stop(run: Run, id: string, lane: Lane): Promise<boolean> {
	const { aws } = run.session;
	const isMade = async () => {
		const lease = await readLock(aws, ownerParameter(run.name, id));
		return lease !== null && lease.holder !== null && lease.lane === lane;
	};
	if (!(await isMade())) return false;
	const Name = supersededParameter(run.name, id);
	await aws.ssm.putParameter({ Name, Value: run.id, Type: 'String', Overwrite: false }).catch((error: unknown) => {
		// Another deploy was quicker, or the SDK repeated the call.
		if (!isAwsError(error, 'ParameterAlreadyExists')) throw error;
	});
	if (await isMade()) return true;
	// It ended meanwhile: nothing else would delete the word at once.
	await deleteParameters(aws, [Name]);
	return false;
}
