import { relative } from 'node:path';
import { foundContainer } from 'pulse-deploy-kit/container/found-app';
import { startWords } from 'pulse-deploy-kit/container/inspect';
import { inspectContainer } from 'pulse-deploy-kit/container/inspect-files';
import { usageError } from 'pulse-deploy-kit/errors';
import { parseKeyValues } from 'pulse-deploy-kit/key-value';
import { originText } from 'pulse-deploy-kit/settings';
import type { ContainerRequest } from '../deployments/container.ts';
import type { AppToDeploy } from './app-to-deploy.ts';
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

/** @throws usage error where its port is not known, or what Docker would refuse */
export async function builtContainer(cwd: string, { values, origins }: AppToDeploy, domain: string): Promise<Built> {
	const paths = await hostPaths(cwd, values);
	const typedArgs = parseKeyValues('--build-arg', values.buildArg ?? []);
	const file = relative(paths.context, paths.dockerfile);
	const inside = await inspectContainer(paths.context, file, typedArgs, values.start);
	const { port, says, framework } = foundContainer(inside, values);
	const healthCheck = origins.healthCheckPath;
	if (healthCheck !== undefined && healthCheck.from !== 'default') {
		throw usageError(
			`${originText(healthCheck)} is for Pulse apps`,
			"The load balancer asks a container app's sidecar, which asks the app for --health-path.",
		);
	}
	return {
		...paths,
		container: {
			affinity: values.affinity,
			port,
			healthPath: values.healthPath,
			healthHost: domain,
			start: values.start === undefined ? null : startWords(values.start),
			sidecarImage: values.sidecarImage,
			hiddenTabSeconds: values.hiddenTabSeconds,
			framework,
			says,
		},
		buildArgs: {},
		typedArgs,
	};
}
