import type { CommandSpec } from 'pulse-deploy-kit/command';
import { teardownSettings } from '../config/commands.ts';
import { placeOf } from '../config/common.ts';
import { planJson, renderPlan } from '../plan/step.ts';

const WORDS = {
	deleted: 'Everything is deleted; the certificate is kept.',
	absent: 'There is nothing to delete.',
	cancelled: 'Cancelled; nothing was changed. --yes agrees without being asked.',
	planned: '',
} as const;

export const teardownCommand: CommandSpec = {
	description: 'Refuses while deployments run, unless --force ends them and every session on them.',
	settings: teardownSettings,
	examples: ['pulse-aws teardown --deployment-name prod', 'pulse-aws teardown --deployment-name prod --force --yes'],
	changes: true,
	async run(invocation) {
		const [{ connect }, { forgetPlace }, { teardown }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../adapters/remember-place.ts'),
			import('../commands/teardown.ts'),
		]);
		const { values, name, at, folder } = await placeOf(teardownSettings, invocation);
		const session = await connect({ ...invocation, ...at });
		const { plan, result } = await teardown(session, {
			deploymentName: name,
			force: values.force,
			pollSeconds: values.pollInterval,
			dryRun: invocation.dryRun,
		});
		if (invocation.dryRun && plan !== null) {
			return { json: { dry_run: true, plan: planJson(plan) }, text: renderPlan(plan) };
		}
		const isGone = result.status === 'deleted' || result.status === 'absent';
		if (isGone) await forgetPlace(session, { folder, env: invocation.env }, name);
		return { json: result, text: WORDS[result.status] };
	},
};
