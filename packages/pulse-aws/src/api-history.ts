import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { inSession, type PlaceOptions } from './api.ts';
import { historySettings } from './config/history.ts';
import { deploymentName } from './deployments/names.ts';

/** Of `history`. */
export interface HistoryOptions extends PlaceOptions {
	/** Default: of all. */
	readonly deploymentId?: string;
	/** Default 20, at most 300. */
	readonly lines?: number;
}

/** `pulse-aws history`: what has happened to deployments, newest first. */
export function history(options: HistoryOptions) {
	const { lines } = resolveSettings(historySettings, { flags: { lines: options.lines }, env: {} }).values;
	const name = deploymentName(options.deploymentName);
	return inSession(options, async (session) => {
		const { history } = await import('./commands/history.ts');
		const request = { deploymentName: name, deploymentId: options.deploymentId ?? null, lines };
		return camelCased(await history(session, request));
	});
}
