import { usageError } from 'pulse-deploy-kit/errors';
import { text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type SettingTable } from 'pulse-deploy-kit/settings';
import { deploymentName } from '../deployments/names.ts';
import { regionSetting } from './region.ts';

/** Which deployments a command is about. */
export const placeSettings = {
	deploymentName: {
		flag: '--deployment-name <name>',
		describe: 'name of the environment, e.g. prod',
		env: ['PULSE_AWS_DEPLOYMENT_NAME'],
		parse: text,
	},
	region: regionSetting,
} satisfies SettingTable;

/** @throws usage error without a deployment name, or with one that cannot be */
export function placeOf(typed: {
	readonly flags: Readonly<Record<string, unknown>>;
	readonly env: Readonly<Record<string, string | undefined>>;
}): { name: string; region: string | undefined } {
	const { values } = resolveSettings(placeSettings, typed);
	if (values.deploymentName === undefined) {
		throw usageError('--deployment-name is required', 'Pass it, or set PULSE_AWS_DEPLOYMENT_NAME.');
	}
	return { name: deploymentName(values.deploymentName), region: values.region };
}
