import type { Stack as View } from '@aws-sdk/client-cloudformation';
import type { Handlers } from '../calls/handlers.ts';
import { AwsError } from '../errors.ts';
import { pageOf } from '../paging.ts';
import type { Stack } from './stack.ts';
import type { Stacks } from './stacks.ts';

const STACKS_PAGE = 100;
const EVENTS_PAGE = 100;
/** It has no pages. */
const RESOURCES = 100;

export function cloudformationApi(stacks: Stacks): Handlers<'cloudformation'> {
	const existing = (name: string | undefined): Stack => {
		const stack = stacks.find(name);
		if (stack) return stack;
		throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
	};
	return {
		describeStacks(input) {
			const found = input.StackName
				? [existing(input.StackName)]
				: stacks.all.filter((stack) => stack.status !== 'DELETE_COMPLETE');
			const { items, next } = pageOf(found, STACKS_PAGE, input.NextToken, 'ValidationError');
			return { Stacks: items.map(viewOf), ...(next === undefined ? {} : { NextToken: next }) };
		},
		/** Newest first. */
		describeStackEvents(input) {
			const events = existing(input.StackName).events.toReversed();
			const { items, next } = pageOf(events, EVENTS_PAGE, input.NextToken, 'ValidationError');
			return { StackEvents: items, ...(next === undefined ? {} : { NextToken: next }) };
		},
		describeStackResources(input) {
			const { id, name, createdAt, resources } = existing(input.StackName);
			const StackResources = [...resources].map(([LogicalResourceId, { type, created }]) => ({
				StackId: id,
				StackName: name,
				LogicalResourceId,
				PhysicalResourceId: created.physicalId,
				ResourceType: type,
				Timestamp: new Date(createdAt),
				ResourceStatus: 'CREATE_COMPLETE' as const,
			}));
			return { StackResources: StackResources.slice(0, RESOURCES) };
		},
		/** A stack that does not exist is deleted already. */
		deleteStack(input) {
			const stack = stacks.find(input.StackName);
			if (stack?.isProtected) {
				throw new AwsError(
					'ValidationError',
					`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
				);
			}
			if (stack) stacks.delete(stack, input.RetainResources ?? []);
			return {};
		},
		updateTerminationProtection(input) {
			const stack = existing(input.StackName);
			stack.isProtected = input.EnableTerminationProtection === true;
			return { StackId: stack.id };
		},
		continueUpdateRollback(input) {
			stacks.continueRollback(existing(input.StackName));
			return {};
		},
	};
}

function viewOf(stack: Stack): View {
	return {
		StackName: stack.name,
		StackId: stack.id,
		CreationTime: new Date(stack.createdAt),
		StackStatus: stack.status,
		EnableTerminationProtection: stack.isProtected,
		...(stack.reason === undefined ? {} : { StackStatusReason: stack.reason }),
		Outputs: stack.outputs,
		Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
	};
}
