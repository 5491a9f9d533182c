import { camelCased } from 'pulse-deploy-kit/camel-cased';
import type { deploySettings } from './config/deploy-settings.ts';
import { processEnvironment } from './config/process-env.ts';

/** Of `config`: flags of `deploy` by their camelCase names, as they would be typed. Those left out come from elsewhere. */
export type ConfigOptions = {
	readonly [Key in keyof typeof deploySettings]?: string | number | boolean | readonly string[];
};

/**
 * `pulse-aws config`: each setting with its value and who says it, secrets masked, and what `.pulse` remembers. Asks nothing of
 * AWS.
 *
 * @example
 * const { settings, remembered } = await config({ context: 'shop' });
 */
export async function config(options: ConfigOptions = {}) {
	const { config } = await import('./commands/config.ts');
	const { settings, remembered } = await config({ flags: options, env: processEnvironment(), cwd: process.cwd() });
	return { settings, remembered: camelCased(remembered) };
}
