import { readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hiddenBuildArgs } from 'pulse-deploy-kit/build-args';
import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { imageSecretsWarning } from 'pulse-deploy-kit/image-secrets';
import { runProcess } from 'pulse-deploy-kit/run-process';
import { temporaryFolder } from 'pulse-deploy-kit/temporary-folder';
import type { Aws } from '../platform/aws.ts';
import { dockerFailure, isTelling } from './docker-failure.ts';
import type { BuildRequest, ImageRequest, Images } from './session.ts';

export interface DockerOptions {
	readonly aws: Pick<Aws, 'ecr'>;
	readonly host: Host;
	/** Docker's environment. */
	readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * `docker buildx`. The registry's password is in a Docker configuration that lives as long as the push: nothing is left in
 * the user's own, and nothing shows in the process list.
 */
export function dockerImages({ aws, host, env }: DockerOptions): Images {
	return {
		async check(signal) {
			const lines: string[] = [];
			const onLine = (text: string) => void lines.push(text);
			const exitCode = await docker(['buildx', 'inspect'], env, signal, onLine);
			// A builder that cannot be reached is told in the listing.
			const problem = lines.find((line) => /^\s*(error|docker):/i.test(line)) ?? (exitCode === 0 ? null : lines.at(-1));
			if (problem === null) return;
			throw new DeployToolError('docker-unusable', 'Docker cannot build images here.', {
				fault: 'user',
				detail: problem?.trim() || `docker buildx inspect exited with code ${exitCode}.`,
				next: 'Start Docker and install its buildx plugin, then deploy again; nothing was changed.',
			});
		},
		async build(request, signal) {
			await warn(request);
			await run(request, env, [], signal);
		},
		async push(request, signal) {
			if (!request.isBuilt) await warn(request);
			const { authorizationData } = await aws.ecr.getAuthorizationToken({});
			const token = authorizationData?.[0]?.authorizationToken;
			if (token === undefined) {
				throw new DeployToolError('registry-login', 'Failed to authenticate with ECR', {
					fault: 'platform',
					next: 'Run the same command again.',
				});
			}
			const folder = await temporaryFolder('pulse-aws-docker-');
			try {
				const registry = request.repositoryUri.split('/', 1)[0] ?? '';
				await writeConfig(folder, env, registry, token);
				const metadataFile = join(folder, 'metadata.json');
				const output = ['--push', '--metadata-file', metadataFile, '-t', imageOf(request)];
				await run(request, { ...env, DOCKER_CONFIG: folder }, output, signal, imageOf(request));
				const metadata: unknown = JSON.parse(await readFile(metadataFile, 'utf8'));
				return `${request.repositoryUri}@${digestOf(metadata)}`;
			} finally {
				await rm(folder, { recursive: true, force: true });
			}
		},
	};

	async function warn({ context, dockerfile }: BuildRequest): Promise<void> {
		const exposed = await imageSecretsWarning(context, dockerfile);
		if (exposed !== null) host.notify({ level: 'warning', text: exposed });
	}

	async function run(
		request: BuildRequest,
		own: DockerOptions['env'],
		output: readonly string[],
		signal: AbortSignal,
		image = '',
	): Promise<void> {
		const telling: string[] = [];
		const hidden = hiddenBuildArgs(request.buildArgs);
		const exitCode = await docker(
			buildArguments(request, hidden.args, output),
			{ ...own, ...hidden.env },
			signal,
			(text) => {
				if (isTelling(text)) telling.push(text);
				host.notify({ level: 'output', source: 'docker', text });
			},
		);
		if (exitCode !== 0) throw dockerFailure(telling, exitCode, image);
	}
}

async function docker(
	args: readonly string[],
	env: DockerOptions['env'],
	signal: AbortSignal,
	onLine: (line: string) => void,
): Promise<number> {
	const ended = await runProcess({ command: 'docker', args, env, signal, onLine }).catch((cause: unknown) => {
		if (!isDeployToolError(cause)) throw cause;
		throw new DeployToolError('docker-missing', 'Docker is not installed or not in PATH', {
			fault: 'user',
			next: 'Install Docker with buildx, then deploy again.',
			cause,
		});
	});
	return ended.exitCode;
}

const imageOf = ({ repositoryUri, tag }: ImageRequest) => `${repositoryUri}:${tag}`;

/** Attestations would make an index of the image, whose parts look like images without a tag. */
function buildArguments(request: BuildRequest, args: readonly string[], output: readonly string[]): string[] {
	const platform = request.architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64';
	return [
		...['buildx', 'build', '--platform', platform, '--provenance=false', '--progress=plain', ...output],
		...['-f', request.dockerfile, ...args, request.context],
	];
}

/** The user's plugins, builders and contexts are linked in; logins are theirs, plus ours. */
async function writeConfig(
	folder: string,
	env: Readonly<Record<string, string | undefined>>,
	registry: string,
	auth: string,
): Promise<void> {
	const own = env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker');
	const config: unknown = await readFile(join(own, 'config.json'), 'utf8').then(JSON.parse, () => ({}));
	const { auths, credHelpers } = config as { auths?: object; credHelpers?: object };
	const merged = {
		...(config as object),
		auths: { ...auths, [registry]: { auth } },
		// No helper for this registry, else a credential store of the user's would be asked instead of this file.
		credHelpers: { ...credHelpers, [registry]: '' },
	};
	await writeFile(join(folder, 'config.json'), JSON.stringify(merged), { mode: 0o600 });
	for (const name of ['cli-plugins', 'buildx', 'contexts']) {
		const path = join(own, name);
		// buildx makes its folder where there is none; through a dangling link it cannot.
		if (await stat(path).catch(() => null)) await symlink(path, join(folder, name));
	}
}

function digestOf(metadata: unknown): string {
	const digest =
		typeof metadata === 'object' && metadata !== null && 'containerimage.digest' in metadata
			? metadata['containerimage.digest']
			: undefined;
	if (typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
	throw new DeployToolError('docker-build', 'Docker told no digest of the image it pushed.', {
		fault: 'platform',
		next: 'Update Docker to a version with buildx 0.10 or newer.',
	});
}
