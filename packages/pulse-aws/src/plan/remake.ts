import type { ImageManifest } from '../platform/versions.ts';
import { tagImageStep } from '../steps/tag-image.ts';
import { endingFacts, runningCanary } from './canary.ts';
import { answersThere, moveVisitors } from './cut-over.ts';
import type { DeployPlan } from './deploy.ts';
import { making, takingId } from './making.ts';
import type { Fleet } from './observation.ts';
import { refuseWithoutRoom } from './room.ts';
import { settleSteps } from './settle.ts';
import { planOf } from './step.ts';

/** An earlier version anew: from its image, and without a look at what all deployments share. */
export function planRemake(
	fleet: Fleet,
	{
		id,
		of,
		image,
		rules,
		facts,
	}: { id: string; of: string; image: ImageManifest; rules: number; facts: readonly string[] },
): DeployPlan {
	const settling = settleSteps(fleet);
	refuseWithoutRoom(fleet, settling, rules);
	const sharing = takingId(id, settling);
	const preparing = [...making(id, tagImageStep(id, of, image)), ...answersThere(id)];
	const canary = runningCanary(fleet);
	const moving = moveVisitors(id, { verified: true, canary: canary?.id ?? null });
	const steps = [...sharing, ...preparing, ...moving];
	return {
		...planOf('rollback', id, steps, [...facts, ...endingFacts(canary)]),
		building: [],
		certifying: [],
		sharing,
		preparing,
	};
}
