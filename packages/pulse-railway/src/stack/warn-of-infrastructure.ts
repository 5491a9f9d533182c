import type { Host } from 'pulse-deploy-kit/host';
import type { Platform } from '../platform/port.ts';
import { wholeProjectFile } from '../source/whole-project-file.ts';

const ADVICE =
	'`railway config apply` deletes every service that such a file does not declare, the active deployment too: export a partial from it (docs/operations.md, "Infrastructure as code")';

/** A file of `railway config` in the directory or above that would delete what we make. */
export async function warnOfFile(host: Host, directory: string): Promise<void> {
	const file = await wholeProjectFile(directory);
	if (file !== null) host.notify({ level: 'warning', text: `${file} stands for the whole project. ${ADVICE}` });
}

/** Such a file was applied to the environment, from wherever it is. */
export async function warnOfOwner(host: Host, platform: Platform, signal: AbortSignal): Promise<void> {
	if (!(await platform.isWholeProject(signal))) return;
	host.notify({ level: 'warning', text: `This environment is managed as a whole by \`railway config\`. ${ADVICE}` });
}
