import { type StackCondition, stackCondition } from '../stack/status.ts';
import type { Aws } from './aws.ts';
import { isAwsError } from './error-names.ts';

export interface StackFacts {
	readonly condition: StackCondition;
	readonly status: string | null;
	readonly statusReason: string | null;
	readonly outputs: ReadonlyMap<string, string>;
	readonly tags: ReadonlyMap<string, string>;
}

const ABSENT: StackFacts = {
	condition: 'absent',
	status: null,
	statusReason: null,
	outputs: new Map(),
	tags: new Map(),
};

export async function readStack(aws: Pick<Aws, 'cloudformation'>, name: string): Promise<StackFacts> {
	try {
		const { Stacks } = await aws.cloudformation.describeStacks({ StackName: name });
		const stack = Stacks?.[0];
		if (stack === undefined) return ABSENT;
		return {
			condition: stackCondition(stack.StackStatus),
			status: stack.StackStatus ?? null,
			statusReason: stack.StackStatusReason ?? null,
			outputs: new Map(stack.Outputs?.map((one) => [one.OutputKey ?? '', one.OutputValue ?? ''])),
			tags: new Map(stack.Tags?.map((one) => [one.Key ?? '', one.Value ?? ''])),
		};
	} catch (error) {
		// CloudFormation has no error of its own for a missing stack.
		const missing = isAwsError(error, 'ValidationError') && /does not exist/i.test((error as Error).message);
		if (missing) return ABSENT;
		throw error;
	}
}

/** Why resources failed, newest first, without the cancellations that follow the first failure. */
export async function stackFailures(aws: Pick<Aws, 'cloudformation'>, name: string): Promise<string[]> {
	const { StackEvents } = await aws.cloudformation.describeStackEvents({ StackName: name });
	return (StackEvents ?? [])
		.filter((event) => event.ResourceStatus?.endsWith('_FAILED'))
		.filter((event) => !/cancelled/i.test(event.ResourceStatusReason ?? ''))
		.slice(0, 5)
		.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason ?? event.ResourceStatus}`);
}
