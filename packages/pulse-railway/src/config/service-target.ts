import type { Secret } from 'pulse-deploy-kit/secret';
import { text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type SettingTable } from 'pulse-deploy-kit/settings';
import { parseDeploymentId } from '../deployments/id.ts';
import { parseServiceName } from './names.ts';
import { stackSettings } from './stack.ts';
import { type TargetRequest, targetRequest, targetSettings } from './target.ts';

/** Where a command without an app file works: the router by name, everything else follows from it (contract R8.1). */
export const serviceTargetSettings = {
	service: {
		flag: '--service <name>',
		describe: 'router service of the stack',
		default: 'pulse-router',
		parse: (raw: unknown) => parseServiceName(text(raw)),
	},
	...targetSettings,
	servicePrefix: stackSettings.servicePrefix,
} satisfies SettingTable;

export const deploymentIdSetting = {
	flag: '--deployment-id <id>',
	describe: 'id of the deployment',
	parse: (raw: unknown) => parseDeploymentId(text(raw)),
};

export interface ServiceTarget {
	readonly routerService: string;
	readonly target: TargetRequest;
	readonly token: Secret | undefined;
	readonly servicePrefix: string | undefined;
}

export function serviceTarget(typed: {
	readonly flags: Readonly<Record<string, unknown>>;
	readonly env: Readonly<Record<string, string | undefined>>;
}): ServiceTarget {
	const { values } = resolveSettings(serviceTargetSettings, typed);
	return Object.freeze({
		routerService: values.service,
		target: targetRequest(values, typed.flags),
		token: values.token,
		servicePrefix: values.servicePrefix,
	});
}
