import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Step } from '../plan/step.ts';
import { isAwsError } from '../platform/error-names.ts';
import { ownerParameter } from '../protocol.ts';
import type { Perform } from './performers.ts';

export function reserveIdStep(id: string): Step {
	return {
		kind: 'reserve-id',
		id: 'reserve-id',
		title: `Make sure that no other run has the id ${id}`,
		section: 'Deployment',
	};
}

/**
 * An id is a name and a second. Another machine whose clock is behind, or one that slept while it held the deploy lock, may
 * choose the same: of the two, the one that makes this parameter has the id, before anything else is made. It goes where the
 * deployment's other parameters go, and is where undo knows from that what has this id is its own.
 * @throws DeployToolError `deployment-id-taken`
 */
export const reserveId: Perform<'reserve-id'> = async (_step, { session, name, id }) => {
	const { ssm } = session.aws;
	const Name = ownerParameter(name, id);
	const Value = `${session.owner} [${session.randomHex(8)}]`;
	try {
		await ssm.putParameter({ Name, Value, Type: 'String', Overwrite: false });
	} catch (error) {
		// A call whose answer was lost may have been carried out, and the SDK's repetition of it meets its own parameter.
		const { Parameters } = await ssm.getParameters({ Names: [Name] });
		const found = Parameters?.[0]?.Value;
		if (found !== Value) throw isAwsError(error, 'ParameterAlreadyExists') ? taken(id, found, error) : error;
	}
	return { learnt: { ownsId: true } };
};

function taken(id: string, by: string | undefined, cause: unknown): DeployToolError {
	return new DeployToolError('deployment-id-taken', `${id} is being deployed by another run.`, {
		fault: 'user',
		detail: by === undefined ? 'It chose the same second.' : `It chose the same second: ${by}.`,
		next: 'Look at pulse-aws status, then run the same command again.',
		cause,
	});
}
