import type { CommandSpec } from 'pulse-deploy-kit/command';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { ensureSettings } from '../config/ensure.ts';
import { outcome } from './outcome.ts';

export const ensureCommand: CommandSpec = {
	description:
		'Network, load balancer, certificate, registry and reaper, as deploy would make them; what is not given stays. Where nothing differs nothing is written. Deploys nothing: with it a CI that only deploys needs no right to change the baseline.',
	settings: ensureSettings,
	examples: [
		'pulse-aws ensure --deployment-name prod --domain app.example.com --yes',
		'pulse-aws ensure --deployment-name prod --domain app.example.com --dry-run',
	],
	changes: true,
	async run(invocation) {
		const [{ ensureRequest }, { cdkChoice }, { connect }, { rememberPlace }, { ensure }] = await Promise.all([
			import('../config/ensure.ts'),
			import('../config/cdk.ts'),
			import('../adapters/connect.ts'),
			import('../adapters/remember-place.ts'),
			import('../commands/ensure.ts'),
		]);
		const { request, at, folder } = await ensureRequest(invocation);
		const cdk = await cdkChoice(invocation.cwd, resolveSettings(ensureSettings, invocation).values);
		const session = await connect({ ...invocation, ...at, ...(cdk === undefined ? {} : { cdk }) });
		const mode = { dryRun: invocation.dryRun, ownCdkApp: cdk?.workdir !== undefined };
		const { plan, result } = await ensure(session, request, mode);
		const { deploymentName, domain } = request;
		if (result !== null) await rememberPlace(session, { folder, env: invocation.env }, { deploymentName, domain });
		return outcome(plan, result, ({ changed, alb_dns_name: address }) =>
			changed ? [`The baseline of ${deploymentName} is ready at ${address}`] : ['Everything was up to date'],
		);
	},
};
