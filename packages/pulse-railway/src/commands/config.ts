import type { Invocation } from 'pulse-deploy-kit/command';
import { type ConfigReport, configReport } from 'pulse-deploy-kit/config-report';
import { type RememberedValues, resolveSettings } from 'pulse-deploy-kit/settings';
import { findAppFromHere } from '../adapters/find-app-from-here.ts';
import { textOf } from '../adapters/remember-target.ts';
import { configSettings } from '../config/config.ts';
import type { RememberedTarget } from '../config/remembered.ts';

/**
 * Every setting with what it is and who says so, as `init`, `upgrade` and `deploy` read them, and what is remembered. Asks nothing
 * of Railway: whether a project token, which would go before what is remembered, is for elsewhere, `whoami` tells.
 */
export async function config(
	invocation: Invocation,
): Promise<ConfigReport & { readonly remembered: RememberedTarget | null }> {
	const { options, file, remembered } = await findAppFromHere(invocation);
	const { flags, env } = invocation;
	const said = resolveSettings(configSettings, { flags, env, file, plugin: options });
	const resolved = resolveSettings(configSettings, {
		...{ flags, env, file, plugin: options },
		memory: remembered && valuesOf(remembered, said.origins),
	});
	return { ...configReport(configSettings, resolved), remembered: remembered ?? null };
}

type Said = Readonly<Partial<Record<'project' | 'projectId' | 'environment' | 'environmentId', unknown>>>;

/** Another project has other environments; one that is named alone is of the project that is remembered. */
function valuesOf({ project, environment, place }: RememberedTarget, said: Said): RememberedValues | undefined {
	if (said.project !== undefined || said.projectId !== undefined) return undefined;
	const projectValues = { project: project.name, projectId: project.id };
	if (said.environment !== undefined || said.environmentId !== undefined) return { place, values: projectValues };
	return { place, values: { ...projectValues, environment: environment.name, environmentId: environment.id } };
}

/** As a person reads it. */
export function rememberedText(remembered: RememberedTarget | null): string | null {
	return remembered === null ? null : `${remembered.place} remembers ${textOf(remembered)}`;
}
