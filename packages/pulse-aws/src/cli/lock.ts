import type { CommandSpec } from 'pulse-deploy-kit/command';
import { renderLock } from 'pulse-deploy-kit/lock-report';
import { placeOf } from '../config/common.ts';
import { lockSettings } from '../config/lock.ts';

export const lockCommand: CommandSpec = {
	description:
		'The lock of a command that was killed is taken by the next one, after half a minute in which it is not renewed. So it is once broken: a holder that merely sleeps never acts beside the next.',
	settings: lockSettings,
	examples: ['pulse-aws lock --deployment-name prod', 'pulse-aws lock --deployment-name prod --break'],
	changes: true,
	async run(invocation) {
		const [{ connect }, { lock }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/lock.ts'),
		]);
		const { name, at, values } = await placeOf(lockSettings, invocation);
		const request = { deploymentName: name, breaks: values.break, dryRun: invocation.dryRun };
		const report = await lock(await connect({ ...invocation, ...at }), request);
		return { json: report, text: renderLock(report, Date.now()) };
	},
};
