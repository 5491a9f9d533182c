import { join } from 'node:path';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { runProcess } from 'pulse-deploy-kit/run-process';
import type { ImageBuild } from './ports.ts';

const SHOWN_LINES = 40;

/**
 * `docker buildx build --push` (contract R7.9). Build arguments are named on the command line and valued through the
 * environment: other users of the machine can read process arguments.
 */
export async function buildImage(
	{ image, source, buildArgs }: ImageBuild,
	env: Readonly<Record<string, string | undefined>>,
	host: Host,
	signal: AbortSignal,
): Promise<void> {
	const names = Object.keys(buildArgs).sort();
	const lines: string[] = [];
	const { exitCode } = await runProcess({
		command: 'docker',
		args: [
			...['buildx', 'build', '--push', '--platform', 'linux/amd64', '-t', image],
			...['-f', join(source.context, source.dockerfile)],
			...names.flatMap((name) => ['--build-arg', name]),
			source.context,
		],
		cwd: source.context,
		env: { ...env, ...buildArgs },
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
