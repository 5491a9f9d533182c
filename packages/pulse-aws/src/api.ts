import { type Host, silentHost } from 'pulse-deploy-kit/host';
import { apiRequest, type DeployOptions } from './config/api.ts';
import { cdkChoice } from './config/cdk.ts';
import { processEnvironment } from './config/process-env.ts';
import { regionFrom } from './config/region.ts';

export interface DeployRunOptions extends DeployOptions {
	/** Default: from the environment or the AWS profile. */
	readonly region?: string;
	/** Deploys the baseline with this CDK program. Default: built in. */
	readonly cdkBin?: string;
	/** Folder of a CDK app of your own. Default: built in. */
	readonly cdkWorkdir?: string;
	/** Default: says nothing, and gives every question its default. */
	readonly host?: Host;
	/** Aborting undoes the deployment, as long as no visitor was sent to it. */
	readonly signal?: AbortSignal;
}

export interface DeployedOnAws {
	readonly deploymentId: string;
	readonly serviceArn: string;
	readonly targetGroupArn: string;
	readonly taskDefArn: string;
	readonly imageUri: string;
	readonly clusterName: string;
	readonly albDnsName: string;
	readonly markedDrainingCount: number;
	readonly certificateArn: string;
	readonly domainReady: boolean;
	readonly domainProxied: boolean;
	/** Records of Route 53 as they were before this deploy replaced them. */
	readonly dnsReplaced: readonly string[];
}

/**
 * Deploys from a program of your own, as `pulse-aws deploy` does.
 * @throws DeploymentError telling what failed, whose turn it is and what to do next
 */
export async function deploy(options: DeployRunOptions): Promise<DeployedOnAws> {
	// Apps import this package for its plugin; the SDK and the CDK are loaded only by who deploys.
	const [{ connect }, engine, { toldError }] = await Promise.all([
		import('./adapters/connect.ts'),
		import('./commands/deploy.ts'),
		import('./adapters/told.ts'),
	]);
	const cwd = process.cwd();
	const env = processEnvironment();
	const request = await apiRequest(options, cwd);
	const cdk = await cdkChoice(cwd, options);
	const session = await connect({
		region: regionFrom(options.region, env),
		env,
		host: options.host ?? silentHost,
		signal: options.signal ?? new AbortController().signal,
		...(cdk === undefined ? {} : { cdk }),
	});
	const deploying = engine.deploy(session, request, { ownCdkApp: cdk?.workdir !== undefined });
	const { result } = await deploying.catch((error: unknown) => {
		throw toldError(error);
	});
	if (result === null) throw new Error('a deploy that is no dry run has a result');
	return {
		deploymentId: result.deployment_id,
		serviceArn: result.service_arn,
		targetGroupArn: result.target_group_arn,
		taskDefArn: result.task_def_arn,
		imageUri: result.image_uri,
		clusterName: result.cluster_name,
		albDnsName: result.alb_dns_name,
		markedDrainingCount: Number(result.marked_draining_count),
		certificateArn: result.certificate_arn,
		domainReady: result.domain_ready === 'True',
		domainProxied: result.domain_proxied === 'True',
		dnsReplaced: result.dns_replaced?.split('\n') ?? [],
	};
}
