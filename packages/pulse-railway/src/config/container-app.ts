import type { DockerfileApp } from 'pulse-deploy-kit/container/inspect';
import { usageError } from 'pulse-deploy-kit/errors';
import type { ContainerApp } from '../deployments/container.ts';
import { DEFAULT_BACKEND_PORT } from '../protocol.ts';
import type { DeployConfig } from './deploy.ts';

/** What is deployed of a container app: as given, else as its command and its Dockerfile say, else as its framework does. */
export function containerApp(found: DockerfileApp, config: DeployConfig): ContainerApp {
	const { framework, exposed } = found;
	const { affinity, healthPath, dockerfile } = config;
	const port = config.port ?? listensAt(found);
	if (port === undefined) {
		throw usageError(
			exposed.length > 1
				? `${dockerfile} exposes ${exposed.join(', ')}: it is not known which of them takes visitors`
				: `it is not known where the app in ${dockerfile} listens`,
			`Give --port <port>, or port = ${exposed[0] ?? 8080} in pulse.toml${exposed.length > 1 ? '' : `, or EXPOSE in ${dockerfile}`}. The app is told it as PORT.`,
		);
	}
	const name = framework === null ? 'An app' : framework.name;
	const [documented] = exposed;
	const otherwise = config.port === undefined && exposed.length === 1 && documented !== port;
	return {
		language: 'container',
		sessionStore: null,
		framework: framework?.name ?? null,
		container: { affinity, healthPath, port },
		says: `${name} in a Dockerfile, port ${port}${otherwise ? ` as its command says (EXPOSE says ${documented})` : ''}: a container app, pinned by ${affinity}`,
	};
}

/** EXPOSE only documents: what the command says is what happens. */
function listensAt({ framework, exposed, command }: DockerfileApp): number | undefined {
	const said = exposed.length === 1 ? exposed[0] : undefined;
	const habit = exposed.length === 0 ? framework?.port : undefined;
	if (command.follows)
		return said ?? habit ?? command.port ?? (exposed.length === 0 ? DEFAULT_BACKEND_PORT : undefined);
	const named = command.port ?? undefined;
	return (command.several ? (said ?? named) : (named ?? said)) ?? habit ?? undefined;
}
