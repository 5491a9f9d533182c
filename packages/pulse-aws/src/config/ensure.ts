import { typedPath } from 'pulse-deploy-kit/build-paths';
import { parseKeyValues } from 'pulse-deploy-kit/key-value';
import { type ResolvedSettings, resolveSettings, type SettingTable } from 'pulse-deploy-kit/settings';
import { deploymentName } from '../deployments/names.ts';
import { HEALTH_DEFAULTS, TASK_DEFAULTS } from './api-options.ts';
import { checkRequest } from './check-request.ts';
import { missingDomain, missingName, placeSettings, type Where } from './common.ts';
import type { DeployRequest, Typed } from './deploy.ts';
import { deploySettings } from './deploy-settings.ts';
import { parseDomain } from './domain.ts';
import { notifyingSettings, notifyRequest } from './notify.ts';
import { besideApp, placeMemory } from './place-memory.ts';
import { reaperSettings } from './reaper.ts';
import { reaperRequest } from './reaper-request.ts';
import { policyArn } from './secret.ts';
import { DEFAULT_ARCHITECTURE } from './task.ts';

const { deploymentName: name, domain, certificateArn, secret, nat, allowedCidr, idleTimeout, route53 } = deploySettings;

/** What `deploy` is told of the baseline, and nothing of what it builds. */
export const ensureSettings = {
	deploymentName: name,
	domain,
	context: placeSettings.context,
	certificateArn,
	secret: { ...secret, describe: 'parameter or secret that tasks will be given, as for deploy' },
	nat,
	allowedCidr,
	idleTimeout,
	route53: { ...route53, describe: 'write the validation records of a new certificate to Route 53 without asking' },
	reaperScheduleMinutes: deploySettings.reaperScheduleMinutes,
	...reaperSettings,
	...notifyingSettings,
	cdkBin: deploySettings.cdkBin,
	cdkWorkdir: deploySettings.cdkWorkdir,
	region: deploySettings.region,
} satisfies SettingTable;

export interface TypedEnsure {
	readonly request: DeployRequest;
	readonly at: Where;
	/** Of `pulse.toml`. */
	readonly folder: string;
}

/** As `deploy` reads them. @throws usage error before anything is asked of AWS */
export async function ensureRequest(typed: Typed): Promise<TypedEnsure> {
	const { context } = resolveSettings({ context: placeSettings.context }, typed).values;
	const folder = typedPath(typed.cwd, context);
	const beside = await besideApp(folder, typed);
	const sources = { ...typed, file: beside.file, memory: beside.remembered };
	const resolved = resolveSettings(ensureSettings, sources);
	const { region } = resolved.values;
	return { request: baselineOf(resolved), at: { region, memory: placeMemory(beside, resolved.origins) }, folder };
}

/** A deploy of which nothing but the baseline is made. */
export function baselineOf(resolved: ResolvedSettings<typeof ensureSettings>): DeployRequest {
	const { values, origins } = resolved;
	if (values.deploymentName === undefined) throw missingName();
	if (values.domain === undefined) throw missingDomain();
	const { envVars: env, ...task } = TASK_DEFAULTS;
	const secrets = parseKeyValues('--secret', values.secret ?? []);
	const request: DeployRequest = {
		deploymentName: deploymentName(values.deploymentName),
		domain: parseDomain(values.domain),
		...(origins.domain?.from === 'remembered' ? { domainFrom: origins.domain.name } : {}),
		container: null,
		kindIsSaid: false,
		docker: null,
		task: { ...task, env, secrets, architecture: DEFAULT_ARCHITECTURE, keepsArchitecture: true },
		health: HEALTH_DEFAULTS,
		network: {
			nat: values.nat ?? null,
			allowedCidrs: values.allowedCidr ?? null,
			idleTimeoutSeconds: values.idleTimeout ?? null,
		},
		reaper: reaperRequest(resolved),
		certificateArn: values.certificateArn ?? null,
		secretArns: [...new Set(Object.values(secrets).map(policyArn))],
		route53: values.route53,
		overLater: false,
		supersede: false,
		preview: null,
		notify: notifyRequest(values),
		message: null,
		commit: null,
	};
	checkRequest(request);
	return Object.freeze(request);
}
