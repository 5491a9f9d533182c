import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { imageSecretsWarning } from 'pulse-deploy-kit/image-secrets';
import { runProcess } from 'pulse-deploy-kit/run-process';
import type { ImagePusher, ImageRequest } from '../apply/session.ts';
import type { Aws } from './aws.ts';
import { dockerFailure, isTelling } from './docker-failure.ts';

export interface DockerOptions {
	readonly aws: Pick<Aws, 'ecr'>;
	readonly host: Host;
	/** Docker's environment. */
	readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * One `docker buildx build --push`. The registry's password is in a Docker configuration that lives as long as the build:
 * nothing is left in the user's own, and nothing shows in the process list.
 */
export function dockerPusher({ aws, host, env }: DockerOptions): ImagePusher {
	return async (request, signal) => {
		const exposed = await imageSecretsWarning(request.context, request.dockerfile);
		if (exposed !== null) host.notify({ level: 'warning', text: exposed });
		const { authorizationData } = await aws.ecr.getAuthorizationToken({});
		const token = authorizationData?.[0]?.authorizationToken;
		if (token === undefined) {
			throw new DeployToolError('registry-login', 'Failed to authenticate with ECR', {
				fault: 'platform',
				next: 'Run the same command again.',
			});
		}
		const folder = await mkdtemp(join(tmpdir(), 'pulse-aws-docker-'));
		try {
			const registry = request.repositoryUri.split('/', 1)[0] ?? '';
			await writeConfig(folder, env, registry, token);
			const metadataFile = join(folder, 'metadata.json');
			const telling: string[] = [];
			const { exitCode } = await runProcess({
				command: 'docker',
				args: buildArguments(request, metadataFile),
				env: { ...env, DOCKER_CONFIG: folder },
				signal,
				onLine: (text) => {
					if (isTelling(text)) telling.push(text);
					host.notify({ level: 'output', source: 'docker', text });
				},
			}).catch((cause: unknown) => {
				if (!isDeployToolError(cause)) throw cause;
				throw new DeployToolError('docker-missing', 'Docker is not installed or not in PATH', {
					fault: 'user',
					next: 'Install Docker with buildx, then deploy again.',
					cause,
				});
			});
			if (exitCode !== 0) throw dockerFailure(telling, exitCode, imageOf(request));
			const metadata: unknown = JSON.parse(await readFile(metadataFile, 'utf8'));
			return `${request.repositoryUri}@${digestOf(metadata)}`;
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	};
}

const imageOf = ({ repositoryUri, tag }: ImageRequest) => `${repositoryUri}:${tag}`;

/** Attestations would make an index of the image, whose parts look like images without a tag. */
export function buildArguments(request: ImageRequest, metadataFile: string): string[] {
	const platform = request.architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64';
	const given = Object.entries(request.buildArgs).sort(([a], [b]) => (a < b ? -1 : 1));
	return [
		...['buildx', 'build', '--platform', platform, '--push', '--provenance=false', '--progress=plain'],
		...['--metadata-file', metadataFile, '-t', imageOf(request), '-f', request.dockerfile],
		...given.flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
		request.context,
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
