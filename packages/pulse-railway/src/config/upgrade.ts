import type { ProjectFile } from 'pulse-deploy-kit/project-file';
import type { Secret } from 'pulse-deploy-kit/secret';
import { resolveSettings, type SettingTable } from 'pulse-deploy-kit/settings';
import { containerSetting } from './container.ts';
import { type BaselineConfig, baselineConfig, baselineSettings, initSettings } from './init.ts';
import type { RememberedTarget } from './remembered.ts';
import { stackSettings } from './stack.ts';
import { type TargetRequest, targetRequest, targetSettings } from './target.ts';

export const upgradeSettings = {
	appFile: initSettings.appFile,
	container: containerSetting,
	...targetSettings,
	...stackSettings,
	...baselineSettings,
} satisfies SettingTable;

export interface UpgradeConfig extends BaselineConfig {
	readonly target: TargetRequest;
	readonly token: Secret | undefined;
	/** Settings that the user gave; what is running decides about the others. */
	readonly given: ReadonlySet<string>;
}

export function upgradeConfig(
	typed: {
		readonly flags: Readonly<Record<string, unknown>>;
		readonly env: Readonly<Record<string, string | undefined>>;
		readonly file?: ProjectFile | undefined;
		readonly remembered?: RememberedTarget | undefined;
	},
	plugin: Readonly<Record<string, unknown>>,
): UpgradeConfig {
	const { values, origins } = resolveSettings(upgradeSettings, { ...typed, plugin });
	const given = Object.entries(origins).filter(([, origin]) => origin !== undefined && origin.from !== 'default');
	return Object.freeze({
		...baselineConfig(values),
		target: targetRequest(values, typed.flags, typed.remembered),
		token: values.token,
		given: new Set(given.map(([name]) => name)),
	});
}
