import { join } from 'node:path';
import { RAILWAY_KEYS } from 'pulse-deploy-kit/container/project-keys';
import { PROJECT_FILE, type ProjectFile, readProjectFile } from 'pulse-deploy-kit/project-file';
import { keyOf, type SettingTable } from 'pulse-deploy-kit/settings';
import { deploySettings } from './deploy-settings.ts';

/** That may stand in it, where they have a key. */
export const FILE_SETTINGS: SettingTable = deploySettings;
/** That this tool reads. */
export const OWN_KEYS: ReadonlySet<string> = new Set(
	Object.values(FILE_SETTINGS).flatMap((setting) => keyOf(setting) ?? []),
);
const KNOWN: ReadonlySet<string> = new Set([...OWN_KEYS, ...RAILWAY_KEYS]);

/** `pulse.toml` of a folder; `undefined` when there is none. */
export function projectFileIn(folder: string): Promise<ProjectFile | undefined> {
	return readProjectFile(join(folder, PROJECT_FILE), KNOWN);
}
