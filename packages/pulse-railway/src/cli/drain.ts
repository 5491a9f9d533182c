import type { CommandSpec } from 'pulse-deploy-kit/command';
import { drainBySettings } from 'pulse-deploy-kit/leave-settings';
import { enter } from '../commands/enter.ts';
import { deploymentIdSetting, serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const drainCommand: CommandSpec = {
	description:
		'Pages move to the active deployment when that harms nobody, and when the time is over whatever they do. A later --by changes the time.',
	settings: { deploymentId: deploymentIdSetting, ...drainBySettings, ...serviceTargetSettings },
	examples: [
		'pulse-railway drain prod-260402-120000 --by 18:00',
		'pulse-railway drain prod-260402-120000 --by 2h --yes',
		'pulse-railway drain prod-260402-120000 --cancel',
	],
	changes: true,
	async run(invocation) {
		const [{ leave, leaveLine }, { drainRequest }] = await Promise.all([
			import('../commands/leave.ts'),
			import('../config/leave.ts'),
		]);
		const result = await enter(invocation, drainRequest, leave);
		return outcome(result, (left) => [leaveLine(left, Date.now())]);
	},
};
