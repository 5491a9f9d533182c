import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { Aws } from './aws.ts';
import { isAwsError } from './error-names.ts';
import { optional } from './pages.ts';
import { type StackCondition, stackCondition } from './stack-condition.ts';

export interface StackFacts {
	readonly condition: StackCondition;
	readonly status: string | null;
	readonly statusReason: string | null;
	readonly outputs: ReadonlyMap<string, string>;
	readonly tags: ReadonlyMap<string, string>;
	/** CloudFormation deletes it only after the protection is taken back. */
	readonly isProtected: boolean;
}

const ABSENT: StackFacts = {
	condition: 'absent',
	status: null,
	statusReason: null,
	outputs: new Map(),
	tags: new Map(),
	isProtected: false,
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
			isProtected: stack.EnableTerminationProtection === true,
		};
	} catch (error) {
		// CloudFormation has no error of its own for a missing stack.
		const missing = isAwsError(error, 'ValidationError') && /does not exist/i.test((error as Error).message);
		if (missing) return ABSENT;
		throw error;
	}
}

/**
 * Why resources failed in the stack's last operation, newest first, without the cancellations that follow the first
 * failure. The roll-back of a creation alone fills a page with events that are newer than its cause.
 */
export async function stackFailures(aws: Pick<Aws, 'cloudformation'>, name: string): Promise<string[]> {
	const failures: StackEvent[] = [];
	let token: string | undefined;
	do {
		const page = await aws.cloudformation.describeStackEvents({ StackName: name, ...optional('NextToken', token) });
		for (const event of page.StackEvents ?? []) {
			if (isFailure(event)) failures.push(event);
			if (isBeginning(event)) return told(failures);
		}
		token = page.NextToken;
	} while (token !== undefined);
	return told(failures);
}

const isFailure = ({ ResourceStatus, ResourceStatusReason = '' }: StackEvent) =>
	ResourceStatus?.endsWith('_FAILED') === true && !/cancelled/i.test(ResourceStatusReason);

const isBeginning = (event: StackEvent) =>
	event.ResourceType === 'AWS::CloudFormation::Stack' &&
	event.LogicalResourceId === event.StackName &&
	/^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.ResourceStatus ?? '');

/** The earliest are the causes of the others. */
const told = (failures: readonly StackEvent[]) =>
	failures
		.slice(-5)
		.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason ?? event.ResourceStatus}`);
