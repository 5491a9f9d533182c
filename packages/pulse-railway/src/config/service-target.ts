import { typedPath } from 'pulse-deploy-kit/build-paths';
import { usageError } from 'pulse-deploy-kit/errors';
import type { Secret } from 'pulse-deploy-kit/secret';
import { text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type Setting, type SettingTable, type ValueOrigin } from 'pulse-deploy-kit/settings';
import { parseDeploymentId } from '../deployments/id.ts';
import { parseServiceName } from '../stack/names.ts';
import { beforeApp } from './deploy-settings.ts';
import { projectFileIn } from './project-file.ts';
import { rememberedIn } from './remembered.ts';
import { stackNamesOf, stackSettings } from './stack.ts';
import { type TargetRequest, targetRequest, targetSettings } from './target.ts';

/** Where a command without an app file works: the router by name, everything else follows from it (contract R8.1). */
export const serviceTargetSettings = {
	service: {
		flag: '--service <name>',
		describe: 'router service of the stack',
		default: 'pulse-router',
		defaultText: 'as pulse.toml names it, else pulse-router',
		parse: (raw: unknown) => parseServiceName(text(raw)),
	},
	context: { ...beforeApp.context, describe: 'folder whose pulse.toml is read: what deploy builds' },
	...targetSettings,
	servicePrefix: stackSettings.servicePrefix,
} satisfies SettingTable;

/** Flags that `delete` and `remove` had and scripts still pass; the router knows its own store now. */
export const formerDeleteSettings = {
	redisUrl: former('--redis-url <url>'),
	redisService: former('--redis-service <name>'),
	redisPrefix: former('--redis-prefix <prefix>'),
	keepActiveVariable: former('--keep-active-variable'),
} satisfies SettingTable;

/** A flag that scripts still pass. */
export function former(flag: string): Setting<unknown> {
	return { flag, describe: 'without effect, accepted for older scripts', parse: (raw) => raw };
}

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

interface Typed {
	readonly flags: Readonly<Record<string, unknown>>;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
}

/** Flags > environment > `pulse.toml` > default, as `deploy` reads them. */
export async function serviceTarget(typed: Typed): Promise<ServiceTarget> {
	return (await tracedTarget(typed)).target;
}

/** Where the parts of a target came from; `undefined`: nothing says it. */
export type TargetOrigins = Readonly<
	Record<'service' | 'project' | 'projectId' | 'environment' | 'environmentId', ValueOrigin | undefined>
>;

/** The target, and who named its parts. */
export async function tracedTarget(typed: Typed): Promise<{ target: ServiceTarget; origins: TargetOrigins }> {
	const { context } = resolveSettings({ context: beforeApp.context }, typed).values;
	const folder = typedPath(typed.cwd, context);
	const [file, remembered] = await Promise.all([projectFileIn(folder), rememberedIn(folder, typed.env)]);
	const { values, origins } = resolveSettings(serviceTargetSettings, { ...typed, file });
	const named = resolveSettings(stackSettings, { flags: {}, env: {}, file });
	const isNamed = origins.service?.from !== 'default';
	const target = Object.freeze({
		routerService: isNamed ? values.service : stackNamesOf(named.values).router,
		target: targetRequest(values, typed.flags, remembered),
		token: values.token,
		servicePrefix: values.servicePrefix,
	});
	const ofStack = named.origins.routerService ?? named.origins.servicePrefix;
	return { target, origins: { ...origins, service: isNamed ? origins.service : (ofStack ?? origins.service) } };
}

export const deploymentNameSetting = {
	flag: '--deployment-name <name>',
	describe: 'name that the id was generated from',
	parse: text,
};

type TypedCommand = Omit<Typed, 'cwd'> & { readonly args: readonly string[] };

/** From the argument or the flag. */
export function optionalDeploymentId(typed: TypedCommand): string | undefined {
	return argumentOrFlag('deploymentId', deploymentIdSetting, typed);
}

export function requiredDeploymentId(typed: TypedCommand): string {
	return optionalDeploymentId(typed) ?? missing('deployment id is required');
}

export function requiredDeploymentName(typed: TypedCommand): string {
	return argumentOrFlag('deploymentName', deploymentNameSetting, typed) ?? missing('deployment name is required');
}

function argumentOrFlag(key: string, setting: Setting<string>, { flags, args, env }: TypedCommand): string | undefined {
	const given = [args[0], flags[key]].filter((value) => value !== undefined);
	if (given.length > 1) throw usageError(`give it once: as argument or with ${setting.flag?.split(' ')[0]}`);
	return resolveSettings({ value: setting }, { flags: { value: given[0] }, env }).values.value;
}

function missing(message: string): never {
	throw usageError(message, 'List them: pulse-railway status');
}
