import type { CommandSpec } from 'pulse-deploy-kit/command';
import { renderConfig } from 'pulse-deploy-kit/config-report';
import { configSettings } from '../config/config.ts';

export const configCommand: CommandSpec = {
	description: 'As init, upgrade and deploy read them. Asks nothing of Railway, and shows no secret.',
	settings: configSettings,
	examples: ['pulse-railway config', 'pulse-railway config app.ts --json'],
	changes: false,
	async run(invocation) {
		const { config, rememberedText } = await import('../commands/config.ts');
		const report = await config(invocation);
		return { json: report, text: renderConfig(report, rememberedText(report.remembered)) };
	},
};
