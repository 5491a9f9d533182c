import { DeployToolError } from 'pulse-deploy-kit/errors';
import { isAwsError } from '../platform/error-names.ts';
import { ownerParameter } from '../protocol.ts';
import type { Run } from './run.ts';

/**
 * An id is a name and a second. Another machine whose clock is behind, or one that slept while it held the deploy lock, may
 * choose the same: of the two, the one that makes this parameter has the id, before anything else is made. It goes where the
 * deployment's other parameters go, and is where undo knows from that what has this id is its own.
 * @throws DeployToolError `deployment-id-taken`
 */
export async function reserveId(run: Run): Promise<undefined> {
	const { session, name, id } = run;
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
	run.ownsId = true;
}

function taken(id: string, by: string | undefined, cause: unknown): DeployToolError {
	return new DeployToolError('deployment-id-taken', `${id} is being deployed by another run.`, {
		fault: 'user',
		detail: by === undefined ? 'It chose the same second.' : `It chose the same second: ${by}.`,
		next: 'Look at pulse-aws status, then run the same command again.',
		cause,
	});
}
