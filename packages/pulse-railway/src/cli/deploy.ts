import type { CommandSpec } from 'pulse-deploy-kit/command';
import { momentText } from 'pulse-deploy-kit/moment';
import { enter } from '../commands/enter.ts';
import { deploySettings } from '../config/deploy-settings.ts';
import { outcome } from './outcome.ts';

export const deployCommand: CommandSpec = {
	description:
		'People on older deployments stay there until they leave. Until the new one answers through the router, a failure or Ctrl-C undoes everything.',
	settings: deploySettings,
	examples: [
		'pulse-railway deploy app.ts',
		'pulse-railway deploy main.py --context . --dockerfile Dockerfile --env LOG_LEVEL=info',
		'pulse-railway deploy app.ts --image-repository ghcr.io/acme/shop',
		'pulse-railway deploy app.ts --canary 5%',
		'pulse-railway deploy app.ts --canary 5%,25%,100% --every 10m',
		'pulse-railway deploy app.ts --preview pr-12 --preview-for 12h',
		'pulse-railway deploy app.ts --dry-run',
	],
	changes: true,
	jsonWhenPiped: true,
	async run(invocation) {
		const [{ deploy }, { deployRequest }] = await Promise.all([
			import('../commands/deploy.ts'),
			import('../commands/deploy-request.ts'),
		]);
		const done = await enter(invocation, deployRequest, deploy);
		for (const text of done.result?.build_warnings ?? []) invocation.host.notify({ level: 'warning', text });
		return outcome(done, (result) => {
			const {
				deployment_id: id,
				previous_deployment_id: previous,
				canary_percent: percent,
				preview,
				server_address: at,
			} = result;
			if (preview !== null) {
				const until = momentText(preview.until * 1000, Date.now());
				return [
					`The preview ${preview.name} is at ${preview.address} until ${until}; everybody else gets ${previous}`,
					`To delete it before: pulse-railway delete ${id}`,
				];
			}
			if (percent !== null) {
				return [
					`${id} is a canary at ${at}: ${percent} % of new visitors get it, the others ${previous}`,
					`For all of them: pulse-railway promote ${id}. If it misbehaves: pulse-railway rollback`,
				];
			}
			return [`${id} is active at ${at}`, ...(previous === null ? [] : ['If it misbehaves: pulse-railway rollback'])];
		});
	},
};
