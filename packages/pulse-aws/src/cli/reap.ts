import type { CommandSpec } from 'pulse-deploy-kit/command';
import type { ReapReport } from '../commands/reap.ts';
import { reapSettings } from '../config/commands.ts';
import { placeOf } from '../config/common.ts';

export const reapCommand: CommandSpec = {
	description:
		'One pass: tasks are ended in one, what they leave is deleted in a later one. Who is to be told (deploy --notify) is told, as by the deployed reaper.',
	settings: reapSettings,
	examples: ['pulse-aws reap --deployment-name prod --dry-run', 'pulse-aws reap --deployment-name prod --yes'],
	changes: true,
	async run(invocation) {
		const [{ connect }, { actionText, reap }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/reap.ts'),
		]);
		const { values, name, at } = await placeOf(reapSettings, invocation);
		const report = await reap(await connect({ ...invocation, ...at }), {
			deploymentName: name,
			maxAgeHours: values.reaperMaxAgeHours ?? null,
			deploymentTimeoutHours: values.reaperDeploymentTimeout ?? null,
			rollbackWindowSeconds: values.rollbackWindow ?? null,
			rollbackKeep: values.rollbackKeep ?? null,
			dryRun: invocation.dryRun,
		});
		const lines = [
			...report.actions.map((one) => `${one.outcome}: ${actionText(one.action)}${one.error ? ` (${one.error})` : ''}`),
			...report.kept.map((one) => `kept: ${one.id} (${one.reason}${one.detail ? `; ${one.detail}` : ''})`),
			...(report.refused === null ? [] : [`Nothing was done: ${report.refused}.`]),
			...noticeLines(report.notices),
		];
		const failed = report.refused !== null || report.actions.some((one) => one.outcome === 'failed');
		return { json: report, text: lines.join('\n') || 'Nothing to do.', exitCode: failed ? 1 : 0 };
	},
};

function noticeLines(notices: ReapReport['notices']): string[] {
	if (notices === null || notices.sent + notices.failed + notices.given_up === 0) return [];
	const { sent, failed, given_up: givenUp, error } = notices;
	const left = failed === 0 ? '' : `, ${failed} failed and will be tried again (${error})`;
	return [`Notices: ${sent} sent${left}${givenUp === 0 ? '' : `, ${givenUp} given up`}`];
}
