import { stat } from 'node:fs/promises';
import { typedPath } from 'pulse-deploy-kit/build-paths';
import { type DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type Settings, type SettingTable } from 'pulse-deploy-kit/settings';
import { deploymentName } from '../deployments/names.ts';
import { deploySettings } from './deploy-settings.ts';
import { besideApp, type PlaceMemory, placeMemory } from './place-memory.ts';
import { regionSetting } from './region.ts';

/** Which deployments a command is about. */
export const placeSettings = {
	deploymentName: deploySettings.deploymentName,
	context: {
		flag: '--context <path>',
		describe: 'folder whose pulse.toml is read: the build context of deploy',
		env: ['PULSE_AWS_CONTEXT'],
		default: '.',
		parse: text,
	},
	region: regionSetting,
} satisfies SettingTable;

/** A command on deployments, as `deploy` reads them: flags > environment > `pulse.toml` > `.pulse` > default. */
export interface CommandPlace<Table extends SettingTable> {
	readonly values: Settings<Table>;
	readonly name: string;
	readonly at: Where;
	/** Of `pulse.toml`. */
	readonly folder: string;
}

/** Which AWS a command works on. */
export interface Where {
	/** `undefined`: that of the AWS profile. */
	readonly region: string | undefined;
	/** What is remembered of the deployment, to be compared with the account; `undefined`: nothing is. */
	readonly memory: PlaceMemory | undefined;
}

/** @throws usage error without a deployment name, or with one that cannot be, and for a `pulse.toml` that cannot be read */
export async function placeOf<Table extends typeof placeSettings>(
	table: Table,
	typed: {
		readonly flags: Readonly<Record<string, unknown>>;
		readonly env: Readonly<Record<string, string | undefined>>;
		readonly cwd: string;
	},
): Promise<CommandPlace<Table>> {
	const { values: before, origins } = resolveSettings({ context: placeSettings.context }, typed);
	const folder = typedPath(typed.cwd, before.context);
	if (origins.context?.from === 'flag' && !(await stat(folder).catch(() => null))?.isDirectory()) {
		throw usageError(`Context path not found: ${before.context}`, 'Name it with --context.');
	}
	const beside = await besideApp(folder, typed);
	const { file, remembered: memory } = beside;
	const { values } = resolveSettings(table, { ...typed, file });
	const place = resolveSettings(placeSettings, { ...typed, file, memory });
	const { deploymentName: name, region } = place.values;
	if (name === undefined) throw missingName();
	return { values, name: deploymentName(name), at: { region, memory: placeMemory(beside, place.origins) }, folder };
}

export function missingName(): DeployToolError {
	return usageError(
		'--deployment-name is required',
		'Pass it, or set PULSE_AWS_DEPLOYMENT_NAME, or deployment_name in pulse.toml.',
	);
}

export function missingDomain(): DeployToolError {
	return usageError('--domain is required', 'Pass it, or set PULSE_AWS_DOMAIN, or domain in pulse.toml.');
}
