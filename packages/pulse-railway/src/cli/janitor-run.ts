import type { CommandSpec } from 'pulse-deploy-kit/command';
import type { Host } from 'pulse-deploy-kit/host';
import { enter } from '../commands/enter.ts';
import { janitorConfig, janitorSettings } from '../config/janitor.ts';

export const janitorRunCommand: CommandSpec = {
	description:
		'The janitor service runs it on its schedule. It fails outside Railway, because it asks deployments for their sessions over the private network.',
	settings: janitorSettings,
	examples: ['railway ssh --service pulse-janitor -- pulse-railway janitor run'],
	changes: true,
	async run(invocation) {
		const { janitorRun } = await import('../commands/janitor-run.ts');
		const janitorRequest = () => janitorConfig(invocation.flags, invocation.env);
		const { host, json, print } = invocation;
		// The report is the result: on stdout, one line each, unless a document goes there (contract R9.11).
		const reporting: Host = {
			...host,
			notify: (notice) => (notice.level === 'info' && !json ? print(notice.text) : host.notify(notice)),
			ask: (question) => host.ask(question),
			choose: (question) => host.choose(question),
		};
		const result = await enter({ ...invocation, host: reporting }, janitorRequest, janitorRun);
		const failed = result.status === 'completed' && result.failed.length > 0;
		return { json: result, ...(failed ? { exitCode: 1 } : {}) };
	},
};
