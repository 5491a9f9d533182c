import { typedPath } from 'pulse-deploy-kit/build-paths';
import { doctorSettings as kitSettings } from 'pulse-deploy-kit/doctor/settings';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { placeOf, placeSettings, type Where } from './common.ts';
import { deploySettings } from './deploy-settings.ts';
import { parseDomain } from './domain.ts';

export const doctorSettings = {
	...kitSettings,
	...placeSettings,
	domain: { ...deploySettings.domain, describe: 'domain to look at', defaultText: "the certificate's" },
} satisfies SettingTable;

export interface DoctorRequest {
	readonly deploymentName: string;
	/** `null`: the one that the load balancer's certificate is for. */
	readonly domain: string | null;
	/** A path; `undefined`: none is written. */
	readonly report: string | undefined;
}

export async function doctorRequest(
	typed: Parameters<typeof placeOf>[1],
): Promise<{ readonly request: DoctorRequest; readonly at: Where }> {
	const { values, name, at } = await placeOf(doctorSettings, typed);
	const { domain, report } = values;
	const request = {
		deploymentName: name,
		domain: domain === undefined ? null : parseDomain(domain),
		report: report === undefined ? undefined : typedPath(typed.cwd, report),
	};
	return { request, at };
}
