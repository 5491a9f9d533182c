import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Session } from '../adapters/session.ts';
import { isAwsError } from '../platform/error-names.ts';
import { ownerParameter } from '../protocol.ts';

/**
 * An id is a name and a second. Another machine whose clock is behind, or one that slept while it held the deploy lock, may
 * choose the same: of the two, the one that makes this parameter has the id, before anything else is made. It goes where the
 * deployment's other parameters go.
 * @throws DeployToolError `deployment-id-taken`
 */
export async function reserveId(session: Session, name: string, id: string): Promise<void> {
	const { ssm } = session.aws;
	const Name = ownerParameter(name, id);
	const Value = `${session.owner} [${session.randomHex(8)}]`;
	const answer = await ssm
		.putParameter({ Name, Value, Type: 'String', Overwrite: false })
		.catch((error: unknown) => error);
	if (!(answer instanceof Error)) return;
	// A call whose answer was lost may have been carried out, and the SDK's repetition of it meets its own parameter.
	const { Parameters } = await ssm.getParameters({ Names: [Name] });
	const found = Parameters?.[0]?.Value;
	if (found === Value) return;
	if (!isAwsError(answer, 'ParameterAlreadyExists')) throw answer;
	throw new DeployToolError('deployment-id-taken', `${id} is being deployed by another run.`, {
		fault: 'user',
		detail: found === undefined ? 'It chose the same second.' : `It chose the same second: ${found}.`,
		next: 'Look at pulse-aws status, then run the same command again.',
		cause: answer,
	});
}
