import { type ConfigReport, configReport } from 'pulse-deploy-kit/config-report';
import { appToDeploy } from '../config/app-to-deploy.ts';
import type { Typed } from '../config/deploy.ts';
import { deploySettings } from '../config/deploy-settings.ts';
import { placeText, type RememberedPlace } from '../config/remembered.ts';

/** What stands in `.pulse`; keys are stable, for scripts. */
export interface RememberedReport {
	/** The file. */
	readonly place: string;
	readonly account: string;
	readonly region: string;
	readonly deployment_name: string;
	readonly domain: string | null;
}

/** Every setting with what it is and who says so, as `deploy` reads them, and what is remembered. Asks nothing of AWS. */
export async function config(typed: Typed): Promise<ConfigReport & { readonly remembered: RememberedReport | null }> {
	const app = await appToDeploy(typed);
	return { ...configReport(deploySettings, app), remembered: rememberedReport(app.place) };
}

export function rememberedReport(place: RememberedPlace | undefined): RememberedReport | null {
	if (place === undefined) return null;
	const { deploymentName, ...rest } = place;
	return { ...rest, deployment_name: deploymentName };
}

/** As a person reads it. */
export function rememberedText(remembered: RememberedReport | null): string | null {
	if (remembered === null) return null;
	return `${remembered.place} remembers ${placeText({ ...remembered, deploymentName: remembered.deployment_name })}`;
}
