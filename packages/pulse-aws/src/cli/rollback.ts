import type { CommandSpec } from 'pulse-deploy-kit/command';
import { placeOf } from '../config/common.ts';
import { rollbackSettings } from '../config/rollback.ts';
import { outcome } from './outcome.ts';

export const rollbackCommand: CommandSpec = {
	description:
		'Without an id, to the one that was active before. It still runs while people use it, and for its rollback window although nobody does. Beyond that, --redeploy makes it anew from its image, of which the newest ten are kept, under an id of its own. While a canary runs, it is the canary that ends. Nobody loses a session by any of it.',
	settings: rollbackSettings,
	examples: [
		'pulse-aws rollback --deployment-name prod',
		'pulse-aws rollback prod-20260402-120000Z --deployment-name prod --yes',
		'pulse-aws rollback --redeploy --deployment-name prod',
	],
	changes: true,
	async run(invocation) {
		const { name, at, values } = await placeOf(rollbackSettings, invocation);
		const [{ connect }, command] = await Promise.all([
			import('../adapters/connect.ts'),
			values.redeploy
				? import('../commands/rollback-redeploy.ts').then(({ rollbackRedeploy }) => rollbackRedeploy)
				: import('../commands/rollback.ts').then(({ rollback }) => rollback),
		]);
		const session = await connect({ ...invocation, ...at });
		const request = { deploymentName: name, deploymentId: invocation.args[0] ?? null, dryRun: invocation.dryRun };
		const { plan, result } = await command(session, request);
		return outcome(plan, result, (done) => [
			done.ended_canary !== null
				? `${done.deployment_id} is active; the canary ${done.ended_canary} has ended.`
				: done.made_of === null
					? `${done.deployment_id} is active again.`
					: `${done.deployment_id}, made of ${done.made_of}, is active.`,
			...done.marked_draining.map((id) => `${id} is draining.`),
		]);
	},
};
