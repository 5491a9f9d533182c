import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { parseShares } from 'pulse-deploy-kit/canary/share';
import { duration } from 'pulse-deploy-kit/setting-kinds';
import { agreed, inSession, type PlaceOptions } from './api.ts';
import { widerTerms } from './config/promote.ts';
import { deploymentName } from './deployments/names.ts';

/** Of `promote`. */
export interface PromoteOptions extends PlaceOptions {
	readonly deploymentId: string;
	/** Of a canary: this share of new visitors, or a schedule of them: `25%`, `25%,100%`. Default: all new visitors. */
	readonly to?: string;
	/** How long each share of a schedule lasts at least: `10m`, or seconds. */
	readonly every?: string | number;
}

/**
 * `pulse-aws promote`: a canary gets a larger share of new visitors, or all of them, as any deployment that still runs may.
 * Rejects for a smaller share, and once the canary has ended.
 *
 * @example
 * await promote({ deploymentName: 'prod', deploymentId, to: '25%' });
 */
export function promote(options: PromoteOptions) {
	const { deploymentId, to, every } = options;
	const shares = to === undefined ? undefined : parseShares(to);
	const canary = widerTerms(shares, every === undefined ? undefined : duration(every));
	const request = { deploymentName: deploymentName(options.deploymentName), deploymentId, canary, dryRun: false };
	return inSession(agreed(options), async (session) => {
		const { promote } = await import('./commands/promote.ts');
		const { result } = await promote(session, request);
		if (result === null) throw new Error('a promotion that is no dry run has a result');
		return camelCased(result);
	});
}
