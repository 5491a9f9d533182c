import { afterEach, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { type Account, asked, openAccount } from './testing/account.ts';

let account: Account | undefined;
afterEach(() => account?.close());

test('the idle timeout stays as the stack has it until another one is asked for', async () => {
	account = await openAccount();
	const on = account;
	const changes = async (flags: Readonly<Record<string, unknown>>) => {
		const { plan } = await deploy(on.connect({ answers: [true, true] }).session, await asked(flags));
		return plan.steps.some((step) => step.kind === 'deploy-baseline');
	};
	expect(await changes({ idleTimeout: '60' })).toBe(true);
	expect(await changes({})).toBe(false);
	expect(await changes({ idleTimeout: '60' })).toBe(false);
	expect(await changes({ idleTimeout: '900' })).toBe(true);
});
