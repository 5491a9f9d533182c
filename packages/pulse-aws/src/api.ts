import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { agreeing, type Host, silentHost } from 'pulse-deploy-kit/host';
import { logRequest } from 'pulse-deploy-kit/logs/log-settings';
import type { ConnectOptions } from './adapters/connect.ts';
import type { Session } from './adapters/session.ts';
import { apiRequest, type DeployOptions } from './config/api.ts';
import { cdkChoice } from './config/cdk.ts';
import { MIN_POLL_SECONDS } from './config/commands.ts';
import { processEnvironment } from './config/process-env.ts';
import { regionFrom } from './config/region.ts';
import { deploymentName } from './deployments/names.ts';
import { DEFAULT_HEALTH_PATH } from './protocol.ts';

/** What every function takes beside its own options. */
export interface ApiContext {
	/** Default: from the environment or the AWS profile. */
	readonly region?: string;
	/** Default: says nothing, and gives every question its default. */
	readonly host?: Host;
	/** Aborting a deploy undoes it, as long as no visitor was sent to it. */
	readonly signal?: AbortSignal;
}

/** Which deployments a command is about. */
export interface PlaceOptions extends ApiContext {
	readonly deploymentName: string;
}

/** Of `deploy`. */
export interface DeployRunOptions extends DeployOptions, ApiContext {
	/** Deploys the baseline with this CDK program. Default: the installed CDK packages do. */
	readonly cdkBin?: string;
	/** Folder of a CDK app of your own. Default: ours, by the installed CDK packages. */
	readonly cdkWorkdir?: string;
}

/** Of `rollback`. */
export interface RollbackOptions extends PlaceOptions {
	/** Default: the one that was active before. */
	readonly deploymentId?: string;
	/** Makes it anew from its image where it does not run any more. Default false. */
	readonly redeploy?: boolean;
}

/** Of `logs`. */
export interface LogsOptions extends PlaceOptions {
	/** Default: the active one. */
	readonly deploymentId?: string;
	/** `30m`, or a time such as `2026-04-02T12:00:00Z`. */
	readonly since?: string;
	/** At most, the newest. Default 100; with `since` 5,000. */
	readonly lines?: number;
}

/** Of `verify`. */
export interface VerifyOptions extends PlaceOptions {
	/** Asked for instead of the load balancer's own name. */
	readonly domain?: string;
	/** Default `/_pulse/health`. */
	readonly healthPath?: string;
	/** Fails on a certificate that is not trusted or not of the domain. Default false. */
	readonly verifySsl?: boolean;
}

/** Of `reap`. */
export interface ReapOptions extends PlaceOptions {
	/** Default: as the deployed reaper. */
	readonly maxAgeHours?: number;
	/** Default: as the deployed reaper. */
	readonly deploymentTimeout?: number;
	/** Seconds. Default: as the deployed reaper. */
	readonly rollbackWindowSeconds?: number;
	/** Default: as the deployed reaper. */
	readonly rollbackKeep?: number;
	/** Only tells what it would do. Default false. */
	readonly dryRun?: boolean;
}

/** Of `teardown`. */
export interface TeardownOptions extends PlaceOptions {
	/** Ends deployments that still run, and every session on them. Default false. */
	readonly force?: boolean;
	/** Seconds between looks at the stack. Default 5. */
	readonly pollSeconds?: number;
}

/** What a deploy has made. */
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
	/** Percent of new visitors that it gets as a canary; `null`: all of them. */
	readonly canaryPercent: number | null;
	/** Records of Route 53 as they were before this deploy replaced them. */
	readonly dnsReplaced: readonly string[];
}

/**
 * Deploys from a program of your own, as `pulse-aws deploy` does.
 * @throws DeploymentError telling what failed, whose turn it is and what to do next
 */
export async function deploy(options: DeployRunOptions): Promise<DeployedOnAws> {
	const cwd = process.cwd();
	const request = await apiRequest(options, cwd);
	const cdk = await cdkChoice(cwd, options);
	const { result } = await inSession({ ...options, ...(cdk === undefined ? {} : { cdk }) }, async (session) => {
		const { deploy } = await import('./commands/deploy.ts');
		return deploy(session, request, { ownCdkApp: cdk?.workdir !== undefined });
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
		canaryPercent: result.canary_percent === undefined ? null : Number(result.canary_percent),
		dnsReplaced: result.dns_replaced?.split('\n') ?? [],
	};
}

/** `pulse-aws status`: all deployments, and which one new visitors reach. */
export function status(options: PlaceOptions) {
	return inSession(options, async (session) => {
		const { status } = await import('./commands/status.ts');
		return camelCased(await status(session, deploymentName(options.deploymentName)));
	});
}

/** `pulse-aws logs`, but for `--follow`: what a deployment has written, the active one without an id. */
export function logs(options: LogsOptions) {
	const { since, lines } = options;
	const request = { ...logRequest({ flags: { since, lines }, env: {} }), deploymentId: options.deploymentId ?? null };
	return inSession(options, async (session) => {
		const { logs } = await import('./commands/logs.ts');
		return camelCased(await logs(session, { ...request, deploymentName: deploymentName(options.deploymentName) }));
	});
}

/**
 * `pulse-aws rollback`: sends new visitors back to a deployment that still runs, or with `redeploy` is made anew. No user loses a session by it.
 *
 * @example
 * const { deploymentId } = await rollback({ deploymentName: 'prod' });
 */
export function rollback(options: RollbackOptions) {
	const request = {
		deploymentName: deploymentName(options.deploymentName),
		deploymentId: options.deploymentId ?? null,
		dryRun: false,
	};
	return inSession(options, async (session) => {
		const { result } =
			options.redeploy === true
				? await (await import('./commands/rollback-redeploy.ts')).rollbackRedeploy(session, request)
				: await (await import('./commands/rollback.ts')).rollback(session, request);
		if (result === null) throw new Error('a rollback that is no dry run has a result');
		return camelCased(result);
	});
}

/** `pulse-aws verify`: asks the load balancer whether each running deployment answers under its own id. */
export function verify(options: VerifyOptions) {
	const request = {
		deploymentName: deploymentName(options.deploymentName),
		domain: options.domain ?? null,
		healthPath: options.healthPath ?? DEFAULT_HEALTH_PATH,
	};
	return inSession({ ...options, verifyTls: options.verifySsl ?? false }, async (session) => {
		const { verify } = await import('./commands/verify.ts');
		return camelCased(await verify(session, request));
	});
}

/** `pulse-aws reap`: one pass that retires drained deployments, as the reaper does every minute. */
export function reap(options: ReapOptions) {
	const request = {
		deploymentName: deploymentName(options.deploymentName),
		maxAgeHours: options.maxAgeHours ?? null,
		deploymentTimeoutHours: options.deploymentTimeout ?? null,
		rollbackWindowSeconds: options.rollbackWindowSeconds ?? null,
		rollbackKeep: options.rollbackKeep ?? null,
		dryRun: options.dryRun ?? false,
	};
	return inSession(agreed(options), async (session) => {
		const { reap } = await import('./commands/reap.ts');
		return camelCased(await reap(session, request));
	});
}

/** `pulse-aws teardown`: deletes the baseline and all that deploys made beside it. Rejects while deployments run, but with `force`. */
export function teardown(options: TeardownOptions) {
	const request = {
		deploymentName: deploymentName(options.deploymentName),
		force: options.force ?? false,
		pollSeconds: Math.max(MIN_POLL_SECONDS, options.pollSeconds ?? 5),
		dryRun: false,
	};
	return inSession(agreed(options), async (session) => {
		const { teardown } = await import('./commands/teardown.ts');
		return camelCased((await teardown(session, request)).result);
	});
}

/** A program that calls such a function has agreed. */
export function agreed<Options extends ApiContext>(options: Options): Options {
	return { ...options, host: agreeing(options.host ?? silentHost) };
}

/** Apps import this package for its plugin; the SDK and the CDK are loaded only by who deploys. */
export async function inSession<T>(
	options: ApiContext & Pick<ConnectOptions, 'cdk' | 'verifyTls'>,
	command: (session: Session) => Promise<T>,
): Promise<T> {
	const { host = silentHost, signal = new AbortController().signal } = options;
	const env = processEnvironment();
	const [{ connect }, { toldError }] = await Promise.all([
		import('./adapters/connect.ts'),
		import('./adapters/told.ts'),
	]);
	try {
		return await command(await connect({ ...options, region: regionFrom(options.region, env), env, host, signal }));
	} catch (error) {
		throw toldError(error);
	}
}
