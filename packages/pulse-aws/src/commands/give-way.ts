import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { previewsNamed } from '../deployments/deployment.ts';
import { runningCanary } from '../plan/canary.ts';
import type { Fleet } from '../plan/observation.ts';
import { idsOf } from '../stack/fleet.ts';
import type { Run } from '../steps/run.ts';
import { activeDeployment } from '../traffic/traffic.ts';

/**
 * Of two deploys the one that was started later wins (contract, decision 23); a rollback is only told.
 * @param begun as the deploy was planned at first
 * @throws DeployToolError `overtaken`
 */
export function giveWay(
	host: Host,
	begun: Pick<Run, 'id' | 'fleet' | 'request'>,
	fleet: Fleet | null,
	overLater: boolean,
): void {
	const known = begun.fleet === null ? [] : idsOf(begun.fleet);
	const canary = fleet === null ? null : (runningCanary(fleet)?.id ?? null);
	const isLater = canary !== null && canary !== begun.id && !known.includes(canary);
	if (isLater && !overLater) throw wentFirst(canary, begun.id, begun.request?.madeOf);
	const before = activeId(begun.fleet);
	const now = activeId(fleet);
	if (now === null || now === before || now === begun.id) return;
	if (!known.includes(now) && !overLater) throw wentFirst(now, begun.id, begun.request?.madeOf);
	const text = `Active by now: ${now} (${before ?? 'none'} when this deploy began). Planned anew.`;
	host.notify({ level: 'info', text });
}

/** Previews give way to later ones of their name alone: they move no visitor. @throws DeployToolError `overtaken` */
export function giveWayToPreview(begun: Pick<Run, 'id' | 'fleet'>, fleet: Fleet, name: string, now: number): void {
	const known = begun.fleet === null ? [] : idsOf(begun.fleet);
	const later = previewsNamed(fleet.deployments, name, now).find(({ id }) => id !== begun.id && !known.includes(id));
	if (later !== undefined) throw wentFirst(later.id, begun.id, undefined, `${later.id} stays the preview ${name}.`);
}

function activeId(fleet: Fleet | null): string | null {
	return fleet === null ? null : (activeDeployment(fleet.traffic, fleet.deployments)?.id ?? null);
}

/** @param of the version that a rollback made anew */
function wentFirst(
	first: string,
	id: string,
	of: string | undefined,
	detail = `New visitors stay on ${first}.`,
): DeployToolError {
	const again = of === undefined ? 'Deploy again' : `Run pulse-aws rollback --redeploy ${of} again`;
	const over = of === undefined ? '; with --over-later it does not give way' : '';
	return new DeployToolError('overtaken', `${first}, which was started after ${id}, went first`, {
		fault: 'user',
		detail,
		next: `${again} if yours is wanted after all${over}.`,
	});
}
