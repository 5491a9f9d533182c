import type { CommandSpec } from 'pulse-deploy-kit/command';
import { renderConfig } from 'pulse-deploy-kit/config-report';
import { deploySettings } from '../config/deploy-settings.ts';

export const configCommand: CommandSpec = {
	description: 'As deploy reads them. Asks nothing of AWS, and shows no secret.',
	settings: deploySettings,
	examples: ['pulse-aws config', 'pulse-aws config --deployment-name prod --json'],
	changes: false,
	async run(invocation) {
		const { config, rememberedText } = await import('../commands/config.ts');
		const report = await config(invocation);
		return { json: report, text: renderConfig(report, rememberedText(report.remembered)) };
	},
};
