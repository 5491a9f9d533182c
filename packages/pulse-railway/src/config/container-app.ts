import type { DockerfileApp } from 'pulse-deploy-kit/container/inspect';
import { usageError } from 'pulse-deploy-kit/errors';
import type { ContainerApp } from '../deployments/container.ts';
import type { DeployConfig } from './deploy.ts';

/** What is deployed of a container app: as given, else as its Dockerfile says, else as its framework does. */
export function containerApp(
	{ framework, exposed }: DockerfileApp,
	{ port: given, affinity, healthPath, dockerfile }: DeployConfig,
): ContainerApp {
	const said = exposed.length === 1 ? exposed[0] : undefined;
	const port = given ?? said ?? (exposed.length === 0 ? framework?.port : undefined) ?? undefined;
	if (port === undefined) {
		throw usageError(
			exposed.length > 1
				? `${dockerfile} exposes ${exposed.join(', ')}: it is not known which of them takes visitors`
				: `it is not known where the app in ${dockerfile} listens`,
			`Give --port <port>, or port = ${exposed[0] ?? 8080} in pulse.toml${exposed.length > 1 ? '' : `, or EXPOSE in ${dockerfile}`}. The app is told it as PORT.`,
		);
	}
	const name = framework === null ? 'An app' : framework.name;
	return {
		language: 'container',
		sessionStore: null,
		framework: framework?.name ?? null,
		container: { affinity, healthPath, port },
		says: `${name} in a Dockerfile, port ${port}: a container app, pinned by ${affinity}`,
	};
}
