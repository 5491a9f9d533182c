import type { Invocation } from 'pulse-deploy-kit/command';
import { type ConfigReport, configReport } from 'pulse-deploy-kit/config-report';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { findAppFromHere } from '../adapters/find-app-from-here.ts';
import { configSettings } from '../config/config.ts';

/** Every setting with what it is and who says so, as `init`, `upgrade` and `deploy` read them. Asks nothing of Railway. */
export async function config(invocation: Invocation): Promise<ConfigReport> {
	const { options, file } = await findAppFromHere(invocation);
	const { flags, env } = invocation;
	return configReport(configSettings, resolveSettings(configSettings, { flags, env, file, plugin: options }));
}
