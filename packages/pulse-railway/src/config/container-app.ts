import { foundContainer } from 'pulse-deploy-kit/container/found-app';
import type { DockerfileApp } from 'pulse-deploy-kit/container/inspect';
import type { ContainerApp } from '../deployments/container.ts';
import type { DeployConfig } from './deploy.ts';

/** What is deployed of a container app: as given, else as its command and its Dockerfile say, else as its framework does. */
export function containerApp(found: DockerfileApp, config: DeployConfig): ContainerApp {
	const { framework, port, says } = foundContainer(found, config);
	const { affinity, healthPath } = config;
	return { language: 'container', sessionStore: null, framework, container: { affinity, healthPath, port }, says };
}
