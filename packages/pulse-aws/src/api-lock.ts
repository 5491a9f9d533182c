import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { agreed, inSession, type PlaceOptions } from './api.ts';
import { deploymentName } from './deployments/names.ts';

/** Of `lock`. */
export interface DeployLockOptions extends PlaceOptions {
	/** Takes it from the command that holds it. Default false. */
	readonly break?: boolean;
}

/** `pulse-aws lock`: which command holds the deploy lock, since when, and with `break` no longer. */
export function lock(options: DeployLockOptions) {
	const name = deploymentName(options.deploymentName);
	const request = { deploymentName: name, breaks: options.break ?? false, dryRun: false };
	return inSession(agreed(options), async (session) => {
		const { lock } = await import('./commands/lock.ts');
		return camelCased(await lock(session, request));
	});
}
