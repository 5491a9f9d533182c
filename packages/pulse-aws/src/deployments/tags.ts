import type { AwsDeploymentState } from '../protocol.ts';
import type { ContainerRequest } from './container.ts';

/** Tags of services, target groups and rules. Task definitions carry them with hyphens, as they always did. */
export const NAME_TAG = 'deployment_name';
export const ID_TAG = 'deployment_id';
export const STATE_TAG = 'state';
/** Unix seconds; empty when not draining. */
export const DRAIN_STARTED_TAG = 'drain_started_at';
/** Unix seconds; set before the tasks are ended, so that no rollback goes there any more. */
export const RETIRING_TAG = 'retiring_since';
/** `true` for what is, or was, a canary and never active: no rollback goes there by itself. Else empty, or absent. */
export const NEVER_ACTIVE_TAG = 'never_active';
/** When the pages that are left on it are moved, as `departureText` writes it; empty where it was neither recalled nor drained. */
export const DEPARTURE_TAG = 'departure';
/** Of a preview: its name and until when it stays, as `previewText` writes it. */
export const PREVIEW_TAG = 'preview';
/** Unix seconds. Target groups and rules have no creation time of their own, and orphans must not be swept young. */
export const CREATED_TAG = 'created_at';

/** The deployment whose version it was made of anew; absent of one that was built. */
export const MADE_OF_TAG = 'made_of';

/** `container`; absent for a Pulse app. Its health path stands in its task definition: a tag cannot hold any path. */
export const KIND_TAG = 'kind';
export const AFFINITY_TAG = 'affinity';
export const PORT_TAG = 'port';

export function containerTags(container: Pick<ContainerRequest, 'affinity' | 'port'> | null) {
	if (container === null) return [];
	return [
		{ key: KIND_TAG, value: 'container' },
		{ key: AFFINITY_TAG, value: container.affinity },
		{ key: PORT_TAG, value: String(container.port) },
	];
}

export function stateTags(state: AwsDeploymentState, drainStartedAt: number | null): { key: string; value: string }[] {
	const since = drainStartedAt === null ? '' : String(Math.floor(drainStartedAt / 1000));
	return [
		{ key: STATE_TAG, value: state },
		{ key: DRAIN_STARTED_TAG, value: since },
	];
}

export function stateOf(tag: string | undefined): AwsDeploymentState | null {
	const known = ['deploying', 'canary', 'active', 'draining', 'preview'] as const;
	return known.find((one) => one === tag) ?? null;
}

/** Unix ms from a tag in Unix seconds. */
export function timeOf(tag: string | undefined): number | null {
	const seconds = tag === undefined || tag === '' ? Number.NaN : Number(tag);
	return Number.isFinite(seconds) ? seconds * 1000 : null;
}
