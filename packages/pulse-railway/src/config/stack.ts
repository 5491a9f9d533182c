import { text } from 'pulse-deploy-kit/setting-kinds';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { parseServiceName, parseServicePrefix, type StackNames, stackNames } from '../stack/names.ts';

/** Names of the stable services; commands with an app file read them from its plugin (contract R1.9). */
export const stackSettings = {
	servicePrefix: {
		flag: '--service-prefix <prefix>',
		describe: 'prefix of all service names, at most 8 characters',
		env: ['PULSE_RAILWAY_SERVICE_PREFIX'],
		plugin: 'servicePrefix',
		pluginFirst: true,
		parse: (raw: unknown) => parseServicePrefix(text(raw)),
	},
	routerService: { plugin: 'routerService', describe: 'router service', parse: serviceName },
	janitorService: { plugin: 'janitorService', describe: 'janitor service', parse: serviceName },
	redisService: { plugin: 'redisService', describe: 'Redis service', parse: serviceName },
} satisfies SettingTable;

export function stackNamesOf(values: {
	readonly servicePrefix: string | undefined;
	readonly routerService: string | undefined;
	readonly janitorService: string | undefined;
	readonly redisService: string | undefined;
}): StackNames {
	return stackNames(
		{ router: values.routerService, janitor: values.janitorService, redis: values.redisService },
		values.servicePrefix,
	);
}

function serviceName(raw: unknown): string {
	return parseServiceName(text(raw));
}
