import { DeployToolError } from 'pulse-deploy-kit/errors';
import { runProcess } from 'pulse-deploy-kit/run-process';
import { findOnPath } from '../find-on-path.ts';
import { engineEnvironment } from '../host-environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A container engine on this machine that answers. */
export interface Engine {
	/** Absolute path of its command. */
	readonly program: string;
	/** `docker 28.2.2`. */
	readonly text: string;
}

interface Candidate {
	readonly name: 'docker' | 'podman';
	/** Prints the engine's version, and fails where there is only the command. */
	readonly version: readonly string[];
	/** Where its command would connect to; `null`: nowhere, it is the engine. */
	host(ask: Ask, env: Environment): Promise<string | null>;
}

type Ask = (args: readonly string[]) => Promise<{ readonly exitCode: number; readonly stdout: string; stderr: string }>;

const CANDIDATES: readonly Candidate[] = [
	{
		name: 'docker',
		version: ['version', '--format', '{{.Server.Version}}'],
		async host(ask) {
			const { stdout } = await ask(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
			return stdout.trim() || null;
		},
	},
	{
		name: 'podman',
		version: ['info', '--format', '{{.Version.Version}}'],
		host: async (_, env) => env.CONTAINER_HOST?.trim() || null,
	},
];

const ANSWERS_MS = 15_000;

/**
 * Docker, else Podman; the other way round where only `CONTAINER_HOST` is set.
 * @throws DeployToolError `local-no-engine`, which says what was looked for
 */
export async function findEngine(env: Environment): Promise<Engine> {
	const looked: string[] = [];
	const podmanFirst = Boolean(env.CONTAINER_HOST?.trim()) && !env.DOCKER_HOST?.trim();
	for (const candidate of podmanFirst ? CANDIDATES.toReversed() : CANDIDATES) {
		const program = findOnPath(candidate.name, env.PATH ?? '');
		const found = program === null ? 'is not on the PATH' : await tried(candidate, program, env);
		if (typeof found !== 'string') return found;
		looked.push(`${candidate.name} ${found}`);
	}
	throw new DeployToolError('local-no-engine', `No container engine answers: ${looked.join('; ')}.`, {
		fault: 'user',
		next: 'Start Docker or Podman (DOCKER_HOST and CONTAINER_HOST are followed), or leave out --containers: then a Dockerfile is followed without an engine.',
	});
}

/** Why not, in words that follow its name. */
async function tried({ name, version, host }: Candidate, program: string, env: Environment): Promise<Engine | string> {
	const ask: Ask = (args) =>
		runProcess({ command: program, args, env: engineEnvironment(env), signal: AbortSignal.timeout(ANSWERS_MS) });
	try {
		const address = await host(ask, env);
		if (address !== null && !isHere(address)) return `leads to another machine (${address}), whose ports are not here`;
		const { exitCode, stdout, stderr } = await ask(version);
		const said = stdout.trim();
		if (exitCode === 0 && said !== '') return { program, text: `${name} ${said}` };
		return `(${program}) says: ${(stderr.trim() || 'nothing').split('\n')[0]}`;
	} catch {
		return `(${program}) does not answer`;
	}
}

function isHere(address: string): boolean {
	if (/^(unix|npipe|fd):/.test(address)) return true;
	const { hostname } = URL.canParse(address) ? new URL(address) : { hostname: '' };
	return /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
