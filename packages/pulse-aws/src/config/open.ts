import { openSettings as kitSettings } from 'pulse-deploy-kit/open/settings';
import type { SettingTable } from 'pulse-deploy-kit/settings';
import { placeOf, placeSettings, type Where } from './common.ts';
import { deploySettings } from './deploy-settings.ts';
import { parseDomain } from './domain.ts';

export const openSettings = {
	...kitSettings,
	...placeSettings,
	domain: { ...deploySettings.domain, describe: 'domain that visitors use', defaultText: "the certificate's" },
} satisfies SettingTable;

export interface OpenRequest {
	readonly deploymentName: string;
	/** `null`: the active one. */
	readonly deploymentId: string | null;
	/** `null`: the one that the load balancer's certificate is for. */
	readonly domain: string | null;
}

export async function openRequest(
	typed: Parameters<typeof placeOf>[1] & { readonly args: readonly string[] },
): Promise<{ readonly request: OpenRequest; readonly at: Where; readonly print: boolean }> {
	const { values, name, at } = await placeOf(openSettings, typed);
	const domain = values.domain === undefined ? null : parseDomain(values.domain);
	const request = { deploymentName: name, deploymentId: typed.args[0] ?? null, domain };
	return { request, at, print: values.print };
}
