import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { type ApiContext, invocation, type OptionsOf, type StackOptions } from './api.ts';
import { enter } from './commands/enter.ts';
import type { configSettings } from './config/config.ts';

/** `pulse-railway open --print`: the address that shows one deployment, whatever is active; the active one without an id. */
export async function open(options: StackOptions & { readonly deploymentId?: string }, context?: ApiContext) {
	const { open, openRequest } = await import('./commands/open.ts');
	return camelCased(await enter(invocation(options, context), openRequest, open));
}

/** `pulse-railway whoami`: whose token is used, and which project, environment and router a command would touch. */
export async function whoami(options: StackOptions, context?: ApiContext) {
	const [{ whoami }, { whoamiRequest }] = await Promise.all([
		import('./commands/whoami.ts'),
		import('./config/whoami.ts'),
	]);
	return camelCased(await enter(invocation(options, context), whoamiRequest, whoami));
}

/**
 * `pulse-railway config`: each setting with its value and who says it, secrets masked, and what `.pulse` remembers. Asks nothing of
 * Railway.
 *
 * @example
 * const { settings, remembered } = await config({ appFile: 'app.ts' });
 */
export async function config(options: OptionsOf<typeof configSettings> = {}, context?: ApiContext) {
	const { config } = await import('./commands/config.ts');
	return config(invocation(options, context));
}
