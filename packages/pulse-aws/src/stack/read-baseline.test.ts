import { afterEach, expect, test } from 'vitest';
import { deploy } from '../commands/deploy.ts';
import { type Account, asked, NAME, openAccount } from '../commands/testing/account.ts';
import { settledBaseline } from './read-baseline.ts';

let account: Account;
afterEach(() => account.close());

test('Ctrl-C ends the wait for a stack that is being changed, also on a silent network', async () => {
	account = await openAccount();
	await deploy(account.connect().session, await asked());
	const { session, host } = account.connect();
	const stop = new AbortController();
	let looks = 0;
	const describeStacks: typeof session.aws.cloudformation.describeStacks = async (input, { abortSignal } = {}) => {
		const answer = await session.aws.cloudformation.describeStacks(input);
		for (const stack of answer.Stacks ?? []) stack.StackStatus = 'UPDATE_IN_PROGRESS';
		if (++looks < 3) return answer;
		setImmediate(() => stop.abort(new Error('Ctrl-C')));
		return new Promise((_, reject) => abortSignal?.addEventListener('abort', () => reject(abortSignal.reason)));
	};
	const aws = { ...session.aws, cloudformation: { ...session.aws.cloudformation, describeStacks } };
	await expect(settledBaseline({ ...session, aws }, NAME, stop.signal)).rejects.toThrow('Ctrl-C');
	expect(host.text()).toContain('Waiting for the baseline stack: it is in status UPDATE_IN_PROGRESS');
});
