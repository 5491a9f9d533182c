import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Invocation } from 'pulse-deploy-kit/command';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import type { Secret } from 'pulse-deploy-kit/secret';
import { loadUserApp } from '../adapters/load-user-app.ts';
import { type DeployConfig, deployConfig, deployInputs } from '../config/deploy.ts';
import { locateApp, locateDockerfile, locateWebRoot } from '../config/paths.ts';

/** Everything that is read and checked on this machine before Railway is asked anything. */
export interface DeployRequest {
	readonly token: Secret | undefined;
	readonly app: LoadedApp;
	readonly config: DeployConfig;
	readonly context: string;
	readonly appFile: string;
	readonly dockerfile: string;
	readonly webRoot: string | undefined;
}

export async function deployRequest(invocation: Invocation): Promise<DeployRequest> {
	const inputs = deployInputs(invocation);
	const { context, appFile } = await locateApp({ cwd: invocation.cwd, ...inputs });
	const { app, options } = await loadUserApp(join(context, appFile), invocation);
	// What the app says of itself counts as its plugin's word (contract R7.4).
	const own = {
		...(app.serverAddress ? { serverAddress: app.serverAddress } : {}),
		...(app.webRoot ? { webRoot: relative(await real(context), await real(app.webRoot)) } : {}),
	};
	const config = deployConfig(invocation, inputs, app, { ...own, ...options });
	return {
		token: config.token,
		app,
		config,
		context,
		appFile,
		dockerfile: await locateDockerfile(invocation.cwd, context, config.dockerfile),
		webRoot: config.webRoot === undefined ? undefined : await locateWebRoot(context, config.webRoot),
	};
}

/** Python resolves links, which the context was named by. */
function real(path: string): Promise<string> {
	return realpath(path).catch(() => path);
}
