/** Variables that the docker client itself obeys: meant for the build, they must not send it elsewhere. */
const STEERS_DOCKER = /^(PATH|HOME|TMPDIR|(DOCKER|BUILDX|BUILDKIT|XDG)_.*)$/;

/**
 * Build arguments are named on docker's command line and valued through its environment: other users of the machine can
 * read process arguments. Those that docker itself would obey are no secrets, and stay on the command line.
 */
export function hiddenBuildArgs(given: Readonly<Record<string, string>>): {
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
} {
	const names = Object.keys(given).sort();
	const env = Object.fromEntries(Object.entries(given).filter(([name]) => !STEERS_DOCKER.test(name)));
	const args = names.flatMap((name) => ['--build-arg', name in env ? name : `${name}=${given[name]}`]);
	return { args, env };
}
