import { join } from 'node:path';
import { PROJECT_FILE, type ProjectFile, readProjectFile } from 'pulse-deploy-kit/project-file';
import { keyOf, type SettingTable } from 'pulse-deploy-kit/settings';
import { deploySettings } from './deploy-settings.ts';
import { initSettings } from './init.ts';

const all: SettingTable = { ...deploySettings, ...initSettings };
const KEYS: ReadonlySet<string> = new Set(Object.values(all).flatMap((setting) => keyOf(setting) ?? []));

/** `pulse.toml` of a folder; `undefined` when there is none. */
export function projectFileIn(folder: string): Promise<ProjectFile | undefined> {
	return readProjectFile(join(folder, PROJECT_FILE), KEYS);
}
