import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import { stackFailures } from './stack.ts';

const NAME = 'prod-baseline';
const event = (resource: string, ResourceStatus: StackEvent['ResourceStatus'], reason?: string): StackEvent => ({
	StackId: `arn:stack/${NAME}`,
	StackName: NAME,
	EventId: resource,
	Timestamp: new Date(0),
	LogicalResourceId: resource,
	ResourceType: resource === NAME ? 'AWS::CloudFormation::Stack' : 'AWS::EC2::Subnet',
	ResourceStatus,
	...(reason === undefined ? {} : { ResourceStatusReason: reason }),
});

/** Newest first, a hundred a page, as CloudFormation tells them. */
function told(events: readonly StackEvent[]) {
	const describeStackEvents = async ({ NextToken = '0' }: { NextToken?: string | undefined }) => {
		const from = Number(NextToken);
		const more = from + 100 < events.length ? { NextToken: String(from + 100) } : {};
		return { $metadata: {}, StackEvents: events.slice(from, from + 100), ...more };
	};
	return stackFailures({ cloudformation: { describeStackEvents } as never }, NAME);
}

const rolledBack = Array.from({ length: 120 }, (_, index) => event(`Subnet${index}`, 'DELETE_COMPLETE'));

test('the cause of a failed creation is found behind the events of its roll-back', async () => {
	const found = await told([
		event(NAME, 'ROLLBACK_COMPLETE'),
		...rolledBack,
		event('Vpc', 'CREATE_FAILED', 'Resource creation cancelled'),
		event('Alb', 'CREATE_FAILED', 'no room for another load balancer'),
		event(NAME, 'CREATE_IN_PROGRESS', 'User Initiated'),
	]);
	expect(found).toEqual(['Alb: no room for another load balancer']);
});

test('what failed in an operation before is not told again', async () => {
	const found = await told([
		event('Alb', 'UPDATE_FAILED', 'the certificate is gone'),
		event(NAME, 'UPDATE_IN_PROGRESS', 'User Initiated'),
		event('Role', 'UPDATE_FAILED', 'last year'),
	]);
	expect(found).toEqual(['Alb: the certificate is gone']);
});
