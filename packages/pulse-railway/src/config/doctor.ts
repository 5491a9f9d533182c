import { typedPath } from 'pulse-deploy-kit/build-paths';
import { doctorSettings as kitSettings } from 'pulse-deploy-kit/doctor/settings';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { envServiceName, type StackNames } from '../stack/names.ts';
import { beforeApp } from './deploy-settings.ts';
import { projectFileIn } from './project-file.ts';
import { type ServiceTarget, serviceTarget, serviceTargetSettings } from './service-target.ts';
import { stackNamesOf, stackSettings } from './stack.ts';

export const doctorSettings = { ...kitSettings, ...serviceTargetSettings } satisfies SettingTable;

export interface DoctorRequest extends ServiceTarget {
	readonly names: StackNames;
	/** Where files of `railway config` are looked for, there and above. */
	readonly folder: string;
	/** A path; `undefined`: none is written. */
	readonly report: string | undefined;
}

export async function doctorRequest(typed: Parameters<typeof serviceTarget>[0]): Promise<DoctorRequest> {
	const target = await serviceTarget(typed);
	const { context } = resolveSettings({ context: beforeApp.context }, typed).values;
	const folder = typedPath(typed.cwd, context);
	const { values } = resolveSettings(stackSettings, { flags: {}, env: typed.env, file: await projectFileIn(folder) });
	const named = stackNamesOf({ ...values, servicePrefix: target.servicePrefix });
	const names = { ...named, router: target.routerService, env: envServiceName(target.routerService) };
	const { report } = resolveSettings(kitSettings, typed).values;
	return { ...target, names, folder, report: report === undefined ? undefined : typedPath(typed.cwd, report) };
}
