import type { Affinity } from 'pulse-deploy-kit/container/settings';
import type { Departure } from 'pulse-deploy-kit/departure';
import type { Preview } from 'pulse-deploy-kit/preview';
import type { AwsDeploymentState } from '../protocol.ts';

/** One deployment as its ECS service tells it. Times are Unix ms. */
export interface Deployment {
	/** Deployment id and service name. */
	readonly id: string;
	readonly serviceArn: string;
	/** The service's `state` tag; `null` when it is missing or unknown. */
	readonly state: AwsDeploymentState | null;
	readonly createdAt: number;
	/** When it was marked draining; `null` while it is not, or when no tool wrote it. */
	readonly drainStartedAt: number | null;
	/** When the reaper began to end it; `null` unless it did. */
	readonly retiringSince: number | null;
	/** It is, or was, a canary, and all new visitors were never sent to it. */
	readonly neverActive?: true;
	/** When the pages that are left on it are moved; absent where it was neither recalled nor drained. */
	readonly departure?: Departure;
	/** The deployment whose version it was made of anew. */
	readonly madeOf?: string;
	/** Only who names it gets it, and it is ended at its time; absent of all others. */
	readonly preview?: Preview;
	readonly desired: number;
	readonly running: number;
	readonly pending: number;
	readonly targetGroupArn: string | null;
	readonly taskDefinitionArn: string | null;
	/** Absent for a Pulse app. */
	readonly container?: { readonly affinity: Affinity };
}

/** A reaper that was killed after marking a deployment leaves the mark behind, and the deployment as it was. */
const MARK_MS = 600_000;

export function isRetiring({ retiringSince }: Deployment, now: number): boolean {
	return retiringSince !== null && now - retiringSince < MARK_MS;
}

/** Previews of this name whose time is not over. `now` in Unix ms. */
export function previewsNamed(deployments: readonly Deployment[], name: string, now: number): readonly Deployment[] {
	return deployments.filter(
		({ state, desired, preview }) =>
			state === 'preview' && desired > 0 && preview?.name === name && preview.until > now,
	);
}
