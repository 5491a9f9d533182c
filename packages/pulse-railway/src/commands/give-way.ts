import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import type { DeployPlan } from '../plan/deploy.ts';
import { previewsNamed } from '../plan/preview.ts';
import type { Stack } from './open-stack.ts';

export interface Begun {
	readonly plan: DeployPlan;
	readonly deploymentId: string;
	/** As it was planned from. */
	readonly stack: Stack;
	/** Goes before a deploy that was started later. */
	readonly overLater: boolean;
	/** Which later deploys it stops for while it is made; left out: for none. */
	readonly lane?: Lane | undefined;
	/** Said where it gives way. Default: as to a deploy. */
	readonly again?: string;
}

/**
 * Of two deploys the one that was started later wins (decision 23); a rollback is only told. Previews give way to later ones of
 * their name alone: they move no visitor.
 * @param known the deployments that were there when this one was registered
 * @throws DeployToolError `overtaken`
 */
export function giveWay(host: Host, begun: Begun, { live }: Pick<Stack, 'live'>, known: ReadonlySet<string>): void {
	const { plan, deploymentId, stack, overLater } = begun;
	const isLater = (id: string) => id !== deploymentId && !known.has(id) && !overLater;
	if (plan.preview !== undefined) {
		const { name } = plan.preview;
		const later = previewsNamed(live.snapshot, name, live.now).find(isLater);
		if (later !== undefined) throw wentFirst(later, begun, `${later} stays the preview ${name}.`);
		return;
	}
	const { activeId, canary } = live.snapshot;
	const before = stack.live.snapshot.activeId;
	if (activeId !== null && activeId !== before && activeId !== deploymentId) {
		if (isLater(activeId)) throw wentFirst(activeId, begun, `New visitors stay on ${activeId}.`);
		const was = before === null ? 'none' : before;
		host.notify({ level: 'info', text: `Active by now: ${activeId} (${was} when this deploy began). Planned anew.` });
	}
	if (canary !== undefined && isLater(canary.id))
		throw wentFirst(canary.id, begun, `It runs as a canary; new visitors stay on it and on ${activeId}.`);
}

const AGAIN = 'Deploy again if yours is wanted after all; with --over-later it does not give way.';

function wentFirst(first: string, { deploymentId, again = AGAIN }: Begun, detail: string): DeployToolError {
	return new DeployToolError('overtaken', `${first}, which was started after ${deploymentId}, went first`, {
		fault: 'user',
		detail,
		next: again,
	});
}
