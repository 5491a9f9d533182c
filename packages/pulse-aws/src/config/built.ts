import { relative } from 'node:path';
import { foundContainer } from 'pulse-deploy-kit/container/found-app';
import { startWords } from 'pulse-deploy-kit/container/inspect';
import { inspectContainer } from 'pulse-deploy-kit/container/inspect-files';
import { type DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { parseKeyValues } from 'pulse-deploy-kit/key-value';
import { originText, type Settings } from 'pulse-deploy-kit/settings';
import type { ContainerRequest } from '../deployments/container.ts';
import type { AppToDeploy } from './app-to-deploy.ts';
import type { containerSettings } from './container.ts';
import { type DockerPaths, dockerPaths, hostPaths } from './paths.ts';

/** What an image is made of, and what runs in it. */
export interface Built extends Pick<DockerPaths, 'dockerfile' | 'context'> {
	/** `null`: a Pulse app. */
	readonly container: ContainerRequest | null;
	/** That the tool gives, and those that the user gave, which win. */
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly typedArgs: Readonly<Record<string, string>>;
}

export async function builtPulse(cwd: string, { values, origins }: AppToDeploy): Promise<Built> {
	// A Python app always has one; others may have what they serve anywhere, and are held only to what was typed.
	const needsWebRoot = origins.webRoot?.from !== 'default' || values.appFile.endsWith('.py');
	const { appFile, webRoot, ...paths } = await dockerPaths(cwd, values, needsWebRoot);
	const typedArgs = parseKeyValues('--build-arg', values.buildArg ?? []);
	return { ...paths, container: null, buildArgs: { APP_FILE: appFile, WEB_ROOT: webRoot }, typedArgs };
}

/** As typed. @throws usage error as `containerIn`, and for a health check that its sidecar answers */
export async function builtContainer(cwd: string, { values, origins }: AppToDeploy, domain: string): Promise<Built> {
	const healthCheck = origins.healthCheckPath;
	if (healthCheck !== undefined && healthCheck.from !== 'default') throw sidecarAnswers(originText(healthCheck));
	const paths = await hostPaths(cwd, values);
	const typedArgs = parseKeyValues('--build-arg', values.buildArg ?? []);
	const container = await containerIn(paths, { ...values, typedArgs, domain });
	return { ...paths, container, buildArgs: {}, typedArgs };
}

/** What is asked of a container app, defaults filled in. */
export type AskedContainer = Omit<Settings<typeof containerSettings>, 'container'> & {
	readonly healthPath: string;
	/** Of the Dockerfile, as typed. */
	readonly dockerfile: string;
	readonly typedArgs: Readonly<Record<string, string>>;
	readonly domain: string;
};

/** @throws usage error where its port is not known, or what Docker would refuse */
export async function containerIn(
	paths: Pick<DockerPaths, 'dockerfile' | 'context'>,
	{ typedArgs, domain, ...asked }: AskedContainer,
): Promise<ContainerRequest> {
	const file = relative(paths.context, paths.dockerfile);
	const inside = await inspectContainer(paths.context, file, typedArgs, asked.start);
	const { port, says, framework } = foundContainer(inside, asked);
	return {
		affinity: asked.affinity,
		port,
		healthPath: asked.healthPath,
		healthHost: domain,
		start: asked.start === undefined ? null : startWords(asked.start),
		sidecarImage: asked.sidecarImage,
		hiddenTabSeconds: asked.hiddenTabSeconds,
		framework,
		says,
	};
}

/** @param what was given */
export function sidecarAnswers(what: string): DeployToolError {
	return usageError(
		`${what} is for Pulse apps`,
		"The load balancer asks a container app's sidecar, which asks the app for its health path.",
	);
}
