/** What a workflow asked for, read once from the variables that `action.yml` sets. */

const COMMANDS = ['deploy', 'rollback'];
const TOOLS = { railway: 'pulse-railway', aws: 'pulse-aws' };

/** @param {Readonly<Record<string, string | undefined>>} env */
export function readInputs(env) {
	const said = (name) => env[`PULSE_ACTION_${name}`]?.trim() ?? '';
	const platform = said('PLATFORM') || 'railway';
	const command = said('COMMAND') || 'deploy';
	const tool = TOOLS[platform];
	if (tool === undefined) throw new Error(`platform must be railway or aws, got '${platform}'`);
	if (!COMMANDS.includes(command)) throw new Error(`command must be deploy or rollback, got '${command}'`);
	const version = said('VERSION') || 'latest';
	// It becomes part of a package's name.
	if (!/^[\w.^~-]+$/.test(version)) throw new Error(`version must be a version or a tag, got '${version}'`);
	const preview = said('PREVIEW');
	const supersede = said('SUPERSEDE') || 'false';
	if (!['true', 'false'].includes(supersede)) throw new Error(`supersede must be true or false, got '${supersede}'`);
	if (supersede === 'true' && command !== 'deploy') throw new Error('supersede is for the command deploy');
	const deploymentId = said('DEPLOYMENT_ID');
	if (preview !== '' && command !== 'deploy') throw new Error('preview is for the command deploy');
	if (deploymentId !== '' && command !== 'rollback') throw new Error('deployment-id is for the command rollback');
	// What begins with a dash would be read as a flag.
	if (deploymentId.startsWith('-')) throw new Error(`deployment-id cannot be '${deploymentId}'`);
	const more = said('ARGUMENTS')
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '');
	return {
		platform,
		command,
		tool,
		version,
		preview,
		args: [
			command,
			...(deploymentId === '' ? [] : [deploymentId]),
			...(preview === '' ? [] : [`--preview=${preview}`]),
			...(supersede === 'true' ? ['--supersede'] : []),
			...more,
		],
		comments: said('COMMENT') !== 'false',
		token: said('TOKEN'),
	};
}

/** The number of the pull request that the workflow runs for; `null` where it runs for none. */
export function pullRequestOf(event) {
	const number =
		event?.pull_request?.number ?? (event?.issue?.pull_request === undefined ? undefined : event.issue.number);
	return Number.isSafeInteger(number) ? number : null;
}
