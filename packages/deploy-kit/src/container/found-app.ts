import { usageError } from '../errors.ts';
import type { DockerfileApp } from './inspect.ts';
import type { Affinity } from './settings.ts';

/** What is told by `PORT` where the app follows it, and nothing else says a port. */
export const DEFAULT_PORT = 8000;

/** What was given of it. */
export interface GivenContainer {
	readonly port: number | undefined;
	readonly affinity: Affinity;
	/** As typed, for messages. */
	readonly dockerfile: string;
}

/** What is deployed of a container app. */
export interface FoundContainer {
	/** `null` for one that is not known here. */
	readonly framework: string | null;
	readonly port: number;
	/** What was found, in one line. */
	readonly says: string;
}

/** As given, else as its command and its Dockerfile say, else as its framework does. @throws usage error without a port */
export function foundContainer(
	found: DockerfileApp,
	{ affinity, dockerfile, ...given }: GivenContainer,
): FoundContainer {
	const { framework, exposed } = found;
	const port = given.port ?? listensAt(found);
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
	const otherwise = given.port === undefined && exposed.length === 1 && documented !== port;
	return {
		framework: framework?.name ?? null,
		port,
		says: `${name} in a Dockerfile, port ${port}${otherwise ? ` as its command says (EXPOSE says ${documented})` : ''}: a container app, pinned by ${affinity}`,
	};
}

/** EXPOSE only documents: what the command says is what happens. */
function listensAt({ framework, exposed, command }: DockerfileApp): number | undefined {
	const said = exposed.length === 1 ? exposed[0] : undefined;
	const habit = exposed.length === 0 ? framework?.port : undefined;
	if (command.follows) return said ?? habit ?? command.port ?? (exposed.length === 0 ? DEFAULT_PORT : undefined);
	const named = command.port ?? undefined;
	return (command.several ? (said ?? named) : (named ?? said)) ?? habit ?? undefined;
}
