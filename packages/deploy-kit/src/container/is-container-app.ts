import { findDockerfile } from '../build-paths.ts';
import { type DeployToolError, usageError } from '../errors.ts';
import { MOST_FILES, mentionsPulse } from './mentions-pulse.ts';

export interface WhatWasSaid {
	readonly cwd: string;
	/** What is built. */
	readonly folder: string;
	/** As said; `undefined`: to be found out. */
	readonly container: boolean | undefined;
	/** As typed. */
	readonly dockerfile: string;
}

/**
 * Whether the folder holds a container app: it has a Dockerfile, and nothing in it mentions Pulse. Where something does it is a
 * Pulse app, or an error: an app that lost its export must not be deployed without its runtime.
 * @returns `null`: a Pulse app, for want of a Dockerfile
 * @throws usage error where that cannot be known
 */
export async function isContainerApp({ cwd, folder, container, dockerfile }: WhatWasSaid): Promise<boolean | null> {
	if (container === true) return true;
	if (container === false || (await findDockerfile(cwd, folder, dockerfile)) === null) return null;
	const mentions = await mentionsPulse(folder);
	if (mentions === null) throw tooLarge(folder);
	return !mentions;
}

/** Running it to find out is no way: it may be any program. */
function tooLarge(folder: string): DeployToolError {
	return usageError(
		`${folder} holds more than ${MOST_FILES} source files: whether it is a Pulse app is not known`,
		'Say what it is: --container, or container = true in pulse.toml, for what its Dockerfile starts; container = false for a Pulse app.',
	);
}
