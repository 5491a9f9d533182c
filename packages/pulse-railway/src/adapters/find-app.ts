import type { Invocation } from 'pulse-deploy-kit/command';
import { isContainerApp } from 'pulse-deploy-kit/container/is-container-app';
import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import type { ProjectFile } from 'pulse-deploy-kit/project-file';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { containerSetting } from '../config/container.ts';
import { dockerfileSetting } from '../config/deploy-settings.ts';
import { projectFileIn } from '../config/project-file.ts';
import { type RememberedTarget, rememberedIn } from '../config/remembered.ts';
import { loadUserApp } from './load-user-app.ts';

export interface FoundApp {
	/** `null` for a container app. */
	readonly pulse: { readonly path: string; readonly app: LoadedApp } | null;
	/** Of its plugin. */
	readonly options: Readonly<Record<string, unknown>>;
	readonly file: ProjectFile | undefined;
	readonly remembered: RememberedTarget | undefined;
	/** Of a container app: a user said that it is one. A Pulse app says it by its export. */
	readonly kindIsSaid: boolean;
}

export interface WhereToLook {
	/** Of `pulse.toml`, and what is built. */
	readonly folder: string;
	/** The app file as named. */
	readonly named: string | undefined;
	/** Its absolute path. @throws DeployToolError where it is not there */
	locate(): Promise<string>;
}

/**
 * The app of a folder: a Pulse app in its app file, or a container app: what its Dockerfile starts. Where something mentions
 * Pulse it is the first, or an error: an app that lost its export must not be deployed without its runtime.
 */
export async function findApp(
	{ cwd, flags, env, signal }: Pick<Invocation, 'cwd' | 'flags' | 'env' | 'signal'>,
	{ folder, named, locate }: WhereToLook,
): Promise<FoundApp> {
	const [file, remembered] = await Promise.all([projectFileIn(folder), rememberedIn(folder, env)]);
	const { values } = resolveSettings(
		{ container: containerSetting, dockerfile: dockerfileSetting },
		{ flags, env, file },
	);
	const isContainer = await isContainerApp({ cwd, folder, ...values });
	if (isContainer) {
		if (named !== undefined && values.container !== true) await locate();
		return { pulse: null, options: {}, file, remembered, kindIsSaid: values.container === true };
	}
	try {
		const path = await locate();
		const { app, options } = await loadUserApp(path, { env, signal });
		return { pulse: { path, app }, options, file, remembered, kindIsSaid: true };
	} catch (error) {
		throw withHint(error, isContainer !== null);
	}
}

function withHint(error: unknown, hasDockerfile: boolean): unknown {
	if (!isDeployToolError(error) || !/^(App file not found|No Pulse app|The app file)/.test(error.message)) return error;
	const hint = hasDockerfile
		? 'If it is no Pulse app, but what its Dockerfile starts: --container.'
		: 'With a Dockerfile that starts it, it would be a container app, which needs nothing of Pulse.';
	return new DeployToolError(error.code, error.message, {
		fault: error.fault,
		...(error.detail === undefined ? {} : { detail: error.detail }),
		next: [error.next, hint].filter((line) => line !== undefined).join(' '),
		cause: error.cause,
	});
}
