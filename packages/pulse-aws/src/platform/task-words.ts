import type { Aws } from './aws.ts';
import { isAwsError } from './error-names.ts';
import { parameterHistory } from './parameter-history.ts';
import type { Parameter } from './parameters.ts';

/**
 * The parameter as it stands now, with who wrote it. All tasks have one role, so that a task can write what another one should
 * say; but ECS names the session of a task's credentials after the task, and Parameter Store keeps the session of each write.
 */
export async function withWriter(aws: Pick<Aws, 'ssm'>, parameter: Parameter): Promise<Parameter> {
	try {
		const history = await parameterHistory(aws, parameter.name);
		const newest = history.reduce<(typeof history)[number] | undefined>(
			(last, one) => ((one.Version ?? 0) > (last?.Version ?? 0) ? one : last),
			undefined,
		);
		return { ...parameter, value: newest?.Value ?? '', writtenBy: sessionOf(newest?.LastModifiedUser) };
	} catch (error) {
		// Without the right to ask, or once the parameter is gone, the word proves nothing; all else goes on.
		if (isAwsError(error, 'AccessDeniedException', 'ParameterNotFound')) return parameter;
		throw error;
	}
}

/** `arn:aws:sts::123456789012:assumed-role/<role>/<session>` → its last part. */
function sessionOf(user: string | undefined): string | null {
	return /^arn:[\w-]+:sts::\d*:assumed-role\/.+\/([^/]+)$/.exec(user ?? '')?.[1] ?? null;
}
