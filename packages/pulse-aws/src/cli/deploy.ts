import type { CommandSpec } from 'pulse-deploy-kit/command';
import { momentText } from 'pulse-deploy-kit/moment';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import type { DeployResult } from '../commands/deploy-result.ts';
import type { DeployRequest } from '../config/deploy.ts';
import { deploySettings } from '../config/deploy-settings.ts';
import { outcome } from './outcome.ts';

export const deployCommand: CommandSpec = {
	description:
		'The first deploy creates the baseline: network, load balancer, cluster, registry and reaper. Until new visitors are switched over, a failure or Ctrl-C undoes the deployment.',
	settings: deploySettings,
	examples: [
		'pulse-aws deploy --deployment-name prod --domain app.example.com',
		'pulse-aws deploy --deployment-name prod --domain app.example.com --app-file app.ts --arch arm64 --nat none',
		'pulse-aws deploy --deployment-name prod --domain app.example.com --secret PULSE_SECRET=arn:aws:ssm:eu-west-1:123456789012:parameter/prod/secret',
		'pulse-aws deploy --deployment-name prod --domain app.example.com --preview pr-12 --preview-for 12h',
		'pulse-aws deploy --deployment-name prod --domain app.example.com --canary 5%',
		'pulse-aws deploy --deployment-name prod --domain app.example.com --canary 5%,25%,100% --every 10m',
		'pulse-aws deploy --deployment-name prod --domain app.example.com --dry-run',
	],
	changes: true,
	async run(invocation) {
		const [{ deployRequest }, { cdkChoice }, { connect }, { rememberPlace }, { deploy }] = await Promise.all([
			import('../config/deploy.ts'),
			import('../config/cdk.ts'),
			import('../adapters/connect.ts'),
			import('../adapters/remember-place.ts'),
			import('../commands/deploy.ts'),
		]);
		const request = await deployRequest(invocation);
		const { values } = resolveSettings(deploySettings, invocation);
		const cdk = await cdkChoice(invocation.cwd, values);
		const session = await connect({ ...invocation, ...request.at, ...(cdk === undefined ? {} : { cdk }) });
		const options = { dryRun: invocation.dryRun, ownCdkApp: cdk?.workdir !== undefined };
		const { plan, result } = await deploy(session, request, options);
		// A preview is beside what was settled by others.
		if (result !== null && request.preview === null) {
			const { folder, deploymentName, domain } = request;
			await rememberPlace(session, { folder, env: invocation.env }, { deploymentName, domain });
		}
		return outcome(plan, result, (done) => deploySummary(done, request));
	},
};

/** How a deploy ends on the terminal (contract A1.9). */
export function deploySummary(
	done: DeployResult,
	{ domain, health }: Pick<DeployRequest, 'domain' | 'health'>,
): string[] {
	if (done.preview !== undefined) {
		const until = momentText(Number(done.preview_until) * 1000, Date.now());
		return [
			`The preview ${done.preview} is at ${done.preview_address} until ${until}; nobody else is sent there`,
			`To end it before: pulse-aws recall ${done.deployment_id} --now`,
		];
	}
	return [
		'Deployment Complete!',
		`Deployment ID: ${done.deployment_id}`,
		`Service: ${done.service_arn}`,
		`Target group: ${done.target_group_arn}`,
		`Image: ${done.image_uri}`,
		`Marked draining: ${done.marked_draining_count}`,
		...(done.canary_percent === undefined
			? []
			: [
					`A canary: ${done.canary_percent} % of new visitors get it. For all of them: pulse-aws promote ${done.deployment_id}. If it misbehaves: pulse-aws rollback`,
				]),
		health.waitForHealth
			? 'Deployment is live and healthy!'
			: 'Deployment is live; whether it is healthy was not waited for.',
		...(done.dns_replaced?.split('\n') ?? []).map((record) => `Replaced in Route 53: ${record}`),
		...(done.domain_ready === 'True' ? [] : [`${domain} does not lead to ${done.alb_dns_name} yet.`]),
	];
}
