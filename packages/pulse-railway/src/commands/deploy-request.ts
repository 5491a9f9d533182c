import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { typedPath } from 'pulse-deploy-kit/build-paths';
import type { Invocation } from 'pulse-deploy-kit/command';
import { inspectContainer } from 'pulse-deploy-kit/container/inspect-files';
import { commitOf } from 'pulse-deploy-kit/history/commit';
import type { Secret } from 'pulse-deploy-kit/secret';
import { findApp } from '../adapters/find-app.ts';
import { containerApp } from '../config/container-app.ts';
import { type DeployConfig, deployConfig, deployInputs } from '../config/deploy.ts';
import { locateApp, locateContext, locateDockerfile, locateWebRoot } from '../config/paths.ts';
import type { KindFacts } from '../plan/refuse-kind.ts';

/** Everything that is read and checked on this machine before Railway is asked anything. */
export interface DeployRequest extends KindFacts {
	readonly token: Secret | undefined;
	readonly config: DeployConfig;
	readonly context: string;
	/** `undefined` of a container app. */
	readonly appFile: string | undefined;
	readonly dockerfile: string;
	readonly webRoot: string | undefined;
	/** Of the sources; `null`: not known. */
	readonly commit: string | null;
}

export async function deployRequest(invocation: Invocation): Promise<DeployRequest> {
	const inputs = deployInputs(invocation);
	const { cwd } = invocation;
	const context = await locateContext(cwd, inputs.context);
	const commit = await commitOf(context, invocation.env, invocation.signal);
	const found = await findApp(invocation, {
		folder: typedPath(cwd, inputs.context),
		named: inputs.appFile,
		locate: async () => {
			const { context, appFile } = await locateApp({ cwd, ...inputs });
			return join(context, appFile);
		},
	});
	const { kindIsSaid } = found;
	const typed = { ...invocation, file: found.file, remembered: found.remembered };
	if (found.pulse === null) {
		const config = deployConfig(typed, inputs, { language: 'container' }, {});
		const dockerfile = await locateDockerfile(cwd, context, config.dockerfile);
		const inside = await inspectContainer(context, dockerfile, inputs.buildArgs, config.startCommand);
		const app = containerApp(inside, config);
		const none = { appFile: undefined, webRoot: undefined };
		return { token: config.token, app, kindIsSaid, config, context, dockerfile, commit, ...none };
	}
	const { app, path } = found.pulse;
	// What the app says of itself counts as its plugin's word (contract R7.4).
	const own = {
		...(app.serverAddress ? { serverAddress: app.serverAddress } : {}),
		...(app.webRoot ? { webRoot: relative(await real(context), await real(app.webRoot)) } : {}),
	};
	const config = deployConfig(typed, inputs, app, { ...own, ...found.options });
	return {
		token: config.token,
		app,
		kindIsSaid,
		config,
		context,
		appFile: relative(context, path).replaceAll('\\', '/'),
		dockerfile: await locateDockerfile(cwd, context, config.dockerfile),
		webRoot: config.webRoot === undefined ? undefined : await locateWebRoot(context, config.webRoot),
		commit,
	};
}

/** Python resolves links, which the context was named by. */
function real(path: string): Promise<string> {
	return realpath(path).catch(() => path);
}
