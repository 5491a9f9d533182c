import { canaryTerms, widenSettings } from 'pulse-deploy-kit/canary/settings';
import { WHOLE } from 'pulse-deploy-kit/canary/share';
import type { Invocation } from 'pulse-deploy-kit/command';
import { usageError } from 'pulse-deploy-kit/errors';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { placeOf, placeSettings } from './common.ts';

export async function promoteRequest(typed: Invocation) {
	const { to, every } = resolveSettings(widenSettings, typed).values;
	const { name, at } = await placeOf(placeSettings, typed);
	const [deploymentId] = typed.args;
	if (deploymentId === undefined) throw usageError('deployment id is required', 'List them: pulse-aws status');
	return { deploymentName: name, at, deploymentId, canary: widerTerms(to, every), dryRun: typed.dryRun };
}

/** `undefined`: all new visitors. */
export function widerTerms(shares: readonly number[] | undefined, everySeconds: number | undefined) {
	const terms = canaryTerms('--to', shares, everySeconds);
	return terms?.share === WHOLE ? undefined : terms;
}
