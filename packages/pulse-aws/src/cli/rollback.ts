import type { CommandSpec } from 'pulse-deploy-kit/command';
import { placeOf, placeSettings } from '../config/common.ts';
import { outcome } from './outcome.ts';

export const rollbackCommand: CommandSpec = {
	name: 'rollback',
	summary: 'Send new visitors back to a deployment that still runs',
	description: 'Without an id, to the one that was active before. Nobody loses a session by it.',
	arguments: [{ syntax: '[deployment-id]', describe: 'where to; see pulse-aws status' }],
	settings: placeSettings,
	examples: [
		'pulse-aws rollback --deployment-name prod',
		'pulse-aws rollback prod-20260402-120000Z --deployment-name prod --yes',
	],
	changes: true,
	async run(invocation) {
		const [{ connect }, { rollback }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/rollback.ts'),
		]);
		const { name, region } = await placeOf(placeSettings, invocation);
		const session = await connect({ ...invocation, region });
		const request = { deploymentName: name, deploymentId: invocation.args[0] ?? null, dryRun: invocation.dryRun };
		const { plan, result } = await rollback(session, request);
		return outcome(plan, result, (done) => [
			`${done.deployment_id} is active again.`,
			...done.marked_draining.map((id) => `${id} is draining.`),
		]);
	},
};
