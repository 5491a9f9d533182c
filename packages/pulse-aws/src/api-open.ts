import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { type ApiContext, inSession, type PlaceOptions } from './api.ts';
import { processEnvironment } from './config/process-env.ts';
import { deploymentName } from './deployments/names.ts';

/** Of `open`. */
export interface OpenOptions extends PlaceOptions {
	/** Default: the active one. */
	readonly deploymentId?: string;
	/** That visitors use. Default: the load balancer certificate's. */
	readonly domain?: string;
}

/** `pulse-aws open --print`: the address that shows one deployment, whatever is active. */
export function open(options: OpenOptions) {
	const { deploymentId = null, domain = null } = options;
	const name = deploymentName(options.deploymentName);
	return inSession(options, async (session) => {
		const { open } = await import('./commands/open.ts');
		return camelCased(await open(session, { deploymentName: name, deploymentId, domain }));
	});
}

/** `pulse-aws whoami`: whose credentials are used; with a name, what stands under it. */
export function whoami(options: ApiContext & Partial<PlaceOptions> = {}) {
	return inSession(options, async (session) => {
		const [{ whoami }, { whoamiRequest }] = await Promise.all([
			import('./commands/whoami.ts'),
			import('./config/whoami.ts'),
		]);
		const { deploymentName, region } = options;
		const typed = { flags: { deploymentName, region }, env: processEnvironment(), cwd: process.cwd() };
		return camelCased(await whoami(session, await whoamiRequest(typed)));
	});
}
