import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { InstanceSettings, ObservedService } from '../platform/port.ts';

/**
 * The settings with their replicas where the service has them now: an operator may have moved or spread it, and a bare
 * number would put it back into one region.
 */
export function whereItRuns(
	settings: InstanceSettings,
	{ name, settings: running }: ObservedService,
): InstanceSettings {
	const regions = Object.entries(running.regions ?? {});
	const [only] = regions;
	if (only === undefined) return settings;
	if (regions.length === 1) return { ...settings, regions: { [only[0]]: settings.numReplicas } };
	const total = regions.reduce((sum, [, share]) => sum + share, 0);
	if (total === settings.numReplicas) return { ...settings, regions: Object.fromEntries(regions) };
	const shares = regions.map(([region, share]) => `${region}=${share}`).join(' ');
	throw new DeployToolError('regions', `${name} has ${total} replicas in ${regions.length} regions (${shares})`, {
		fault: 'user',
		next: `Leave the number of replicas out, and change it with: railway scale --service ${name} ${shares}`,
	});
}
