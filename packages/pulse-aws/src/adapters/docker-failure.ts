import { DeployToolError } from 'pulse-deploy-kit/errors';

/** Lines that tell of a push or a failure; the rest of a long build need not be kept. */
export const isTelling = (line: string): boolean => /^#\d+ (pushing |ERROR: )|^(ERROR|error|docker): /.test(line);

/**
 * Which half of `docker buildx build --push` failed, from its plain progress: a step's own lines are `#8 text`, what the
 * programs of a build print is `#8 0.52 text`, so that a build cannot pretend to push.
 * @param lines the {@link isTelling} ones
 * @param image reference that was pushed
 */
export function dockerFailure(lines: readonly string[], exitCode: number, image: string): DeployToolError {
	const errors = lines.filter((line) => !line.startsWith('#')).slice(-3);
	const detail = [`docker buildx exited with code ${exitCode}.`, ...errors].join('\n');
	if (pushFailed(lines, image)) {
		return new DeployToolError('docker-push', 'Docker push failed', {
			fault: 'platform',
			detail,
			next: 'The image was built. Check that these credentials may push to ECR and that it can be reached, then deploy again.',
		});
	}
	const cannotBuild = errors.find((line) => HELPLESS.test(line)) !== undefined;
	return new DeployToolError('docker-build', 'Docker build failed', {
		fault: cannotBuild ? 'user' : 'app',
		detail,
		next: cannotBuild
			? 'Start Docker and install its buildx plugin, then deploy again.'
			: 'Correct the Dockerfile or its build arguments, then deploy again.',
	});
}

/** No engine, or no buildx: nothing of the app's was looked at. */
const HELPLESS = /cannot connect to the docker daemon|is not a docker command|unknown command: docker buildx/i;

function pushFailed(lines: readonly string[], image: string): boolean {
	const pushing = new Set<string>();
	for (const line of lines) {
		const [, step = '', text = ''] = /^#(\d+) (.*)/.exec(line) ?? [];
		if (/^pushing /.test(text)) pushing.add(step);
		if (pushing.has(step) && text.startsWith('ERROR: ')) return true;
	}
	return lines.some((line) => /^(ERROR|error): /.test(line) && line.includes(`failed to push ${image}`));
}
