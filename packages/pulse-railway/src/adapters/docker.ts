import { join } from 'node:path';
import { hiddenBuildArgs } from 'pulse-deploy-kit/build-args';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { imageSecretsWarning } from 'pulse-deploy-kit/image-secrets';
import { runProcess } from 'pulse-deploy-kit/run-process';
import type { ImageBuild } from './ports.ts';

const SHOWN_LINES = 40;

/** `docker buildx build --push` (contract R7.9). */
export async function buildImage(
	{ image, source, buildArgs }: ImageBuild,
	env: Readonly<Record<string, string | undefined>>,
	host: Host,
	signal: AbortSignal,
): Promise<void> {
	const dockerfile = join(source.context, source.dockerfile);
	const exposed = await imageSecretsWarning(source.context, dockerfile);
	if (exposed !== null) host.notify({ level: 'warning', text: exposed });
	const hidden = hiddenBuildArgs(buildArgs);
	const lines: string[] = [];
	// A build needs no Railway token, and runs what others have published.
	const { RAILWAY_TOKEN: _project, RAILWAY_API_TOKEN: _account, ...rest } = env;
	const { exitCode } = await runProcess({
		command: 'docker',
		args: [
			...['buildx', 'build', '--push', '--platform', 'linux/amd64', '-t', image],
			...['-f', dockerfile],
			...hidden.args,
			source.context,
		],
		cwd: source.context,
		env: { ...rest, ...hidden.env },
		signal,
		onLine(line) {
			lines.push(line);
			host.notify({ level: 'output', source: 'docker', text: line });
		},
	});
	if (exitCode === 0) return;
	throw new DeployToolError('image-build-failed', `Docker could not build and push ${image} (exit code ${exitCode}).`, {
		fault: 'app',
		detail: lines.slice(-SHOWN_LINES).join('\n'),
		next: 'Correct what it says; for a refused push, log in with docker login.',
	});
}
