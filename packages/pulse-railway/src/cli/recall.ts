import type { CommandSpec } from 'pulse-deploy-kit/command';
import { recallSettings } from 'pulse-deploy-kit/leave-settings';
import { enter } from '../commands/enter.ts';
import { deploymentIdSetting, serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const recallCommand: CommandSpec = {
	description:
		'The active one is rolled back first, in the same plan. It is deleted when nobody is left; until then a rollback to it, or --cancel, takes the recall back.',
	settings: { deploymentId: deploymentIdSetting, ...recallSettings, ...serviceTargetSettings },
	examples: [
		'pulse-railway recall prod-260402-120000',
		'pulse-railway recall prod-260402-120000 --within 2m --yes',
		'pulse-railway recall prod-260402-120000 --cancel',
	],
	changes: true,
	async run(invocation) {
		const [{ leave, leaveLine }, { recallRequest }] = await Promise.all([
			import('../commands/leave.ts'),
			import('../config/leave.ts'),
		]);
		const result = await enter(invocation, recallRequest, leave);
		return outcome(result, (left) => [leaveLine(left, Date.now())]);
	},
};
