import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { type ApiContext, inSession } from './api.ts';
import type { DeployOptions } from './config/api.ts';
import { cdkChoice } from './config/cdk.ts';

/** Of `ensure`: what `deploy` takes of the baseline. */
export interface EnsureOptions
	extends ApiContext,
		Pick<
			DeployOptions,
			| 'domain'
			| 'deploymentName'
			| 'certificateArn'
			| 'nat'
			| 'allowedCidrs'
			| 'idleTimeoutSeconds'
			| 'route53'
			| 'reaper'
			| 'notify'
			| 'notifySecret'
			| 'notifyKept'
		> {
	/** Variable → ARN of an SSM parameter or Secrets Manager secret that tasks will be given. Default none. */
	readonly secrets?: Readonly<Record<string, string>>;
	/** Deploys the baseline with this CDK program. Default: the installed CDK packages do. */
	readonly cdkBin?: string;
	/** Folder of a CDK app of your own. Default: ours, by the installed CDK packages. */
	readonly cdkWorkdir?: string;
}

/**
 * `pulse-aws ensure`: makes the baseline, or brings it to what is asked. `changed` is false where nothing differed. What would let more people
 * in, cost more, or replace the certificate of the domain that visitors come by needs a `host` that agrees to it.
 *
 * @example
 * const { changed, albDnsName } = await ensure({ deploymentName: 'prod', domain: 'app.example.com' });
 *
 * @throws DeploymentError telling what failed, whose turn it is and what to do next
 */
export async function ensure(options: EnsureOptions) {
	const { baselineOf, ensureSettings } = await import('./config/ensure.ts');
	const request = baselineOf(resolveSettings(ensureSettings, { flags: flagsOf(options), env: {} }));
	const cdk = await cdkChoice(process.cwd(), options);
	return inSession({ ...options, ...(cdk === undefined ? {} : { cdk }) }, async (session) => {
		const { ensure } = await import('./commands/ensure.ts');
		const { result } = await ensure(session, request, { ownCdkApp: cdk?.workdir !== undefined });
		if (result === null) throw new Error('one that is no dry run has a result');
		return camelCased(result);
	});
}

/** As they would be typed. */
function flagsOf({ reaper, secrets, allowedCidrs, idleTimeoutSeconds, ...rest }: EnsureOptions) {
	return {
		...rest,
		allowedCidr: allowedCidrs,
		idleTimeout: idleTimeoutSeconds,
		secret: secrets === undefined ? undefined : Object.entries(secrets).map(([name, arn]) => `${name}=${arn}`),
		reaperScheduleMinutes: reaper?.scheduleMinutes,
		reaperMaxAgeHours: reaper?.maxAgeHours,
		reaperDeploymentTimeout: reaper?.deploymentTimeout,
		rollbackWindow: reaper?.rollbackWindowSeconds,
		rollbackKeep: reaper?.rollbackKeep,
	};
}
