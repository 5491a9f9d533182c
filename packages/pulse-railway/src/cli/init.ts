import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { initSettings } from '../config/init.ts';
import { deployWords } from '../config/paths.ts';
import { outcome } from './outcome.ts';

export const initCommand: CommandSpec = {
	description:
		'Reads the names of the services from RailwayPlugin of the app. Without a project it creates one in --workspace-id.',
	settings: initSettings,
	examples: [
		'pulse-railway init app.ts --project-id <id> --environment-id <id>',
		'pulse-railway init app.ts --workspace-id <id> --project-name shop',
		'pulse-railway init app.ts --redis-url rediss://… --dry-run',
	],
	changes: true,
	jsonWhenPiped: true,
	async run(invocation) {
		const typed = invocation.args[0] ?? (invocation.flags.appFile as string | undefined);
		const { init, initRequest } = await import('../commands/init.ts');
		return outcome(await enter(invocation, initRequest, init), (result) => [
			`Ready at ${result.server_address}`,
			'In CI, and in other folders, the other commands need to know the project:',
			`  export RAILWAY_PROJECT_ID=${result.project_id} RAILWAY_ENVIRONMENT_ID=${result.environment_id}`,
			`Put the variables of your app on the env service, then: pulse-railway ${deployWords(invocation.cwd, typed)}`,
		]);
	},
};
