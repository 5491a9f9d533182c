import type { Clock } from 'pulse-deploy-kit/clock';
import type { BaselineDeployer } from '../calls/port.ts';
import type { Stacks } from './stacks.ts';
import type { Template } from './template.ts';

const POLL_MS = 5_000;
/** First creations that failed: only deletion helps, and the CDK does that itself (docs/platform-facts/aws.md §6). */
const DELETE_FIRST = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|REVIEW_IN_PROGRESS)$/;
const GOOD = /^(CREATE|UPDATE)_COMPLETE$/;

/** What `cdk deploy` does: wait for a running operation, delete a failed creation, create or update, wait, tell. */
export function stackDeployer(
	stacks: Stacks,
	synthesize: (context: Readonly<Record<string, string>>) => Template | Promise<Template>,
	clock: Clock,
): BaselineDeployer {
	return {
		version: 'emulated',
		check() {},
		async deploy({ stackName, context, tags }, signal) {
			const settled = async () => {
				while (stacks.find(stackName)?.status.endsWith('_IN_PROGRESS')) await clock.sleep(POLL_MS, signal);
				return stacks.find(stackName);
			};
			const template = await synthesize(context);
			let stack = await settled();
			if (stack && DELETE_FIRST.test(stack.status)) {
				stacks.delete(stack, []);
				stack = await settled();
			}
			if (!stack) stacks.create(stackName, template, tags);
			else {
				try {
					stacks.update(stack, template, tags);
				} catch (error) {
					if ((error as Error).message === 'No updates are to be performed.') return;
					throw error;
				}
			}
			const done = await settled();
			if (!done || !GOOD.test(done.status)) {
				throw new Error(`The stack named ${stackName} failed to deploy: ${done?.status}: ${done?.reason}`);
			}
		},
	};
}
