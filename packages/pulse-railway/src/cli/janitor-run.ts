import type { CommandSpec } from 'pulse-deploy-kit/command';
import { janitorSettings } from '../config/janitor.ts';

export const janitorRunCommand: CommandSpec = {
	name: 'janitor run',
	summary: 'Delete drained deployments that nobody uses any more; runs inside Railway',
	description:
		'The janitor service runs it on its schedule. It fails outside Railway, because it asks deployments for their sessions over the private network.',
	settings: janitorSettings,
	examples: ['railway ssh --service pulse-janitor -- pulse-railway janitor run'],
	changes: true,
	async run(invocation) {
		const { janitorRun } = await import('../apply/janitor-run.ts');
		const result = await janitorRun(invocation);
		const failed = result.status === 'completed' && result.failed.length > 0;
		return { json: result, ...(failed ? { exitCode: 1 } : {}) };
	},
};
