import type { Clock } from 'pulse-deploy-kit/clock';
import { LAST_CALL_MS, standing } from 'pulse-deploy-kit/departure';
import type { Host } from 'pulse-deploy-kit/host';
import { mapLimited } from 'pulse-deploy-kit/map-limited';
import type { Backends } from '../backends/backends.ts';
import { hurry } from '../backends/hurry.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';

const ASKED_AT_ONCE = 4;

export interface Telling {
	readonly store: Pick<DeploymentStore, 'find'>;
	readonly backends: Pick<Backends, 'sessions' | 'reload'>;
	readonly clock: Clock;
	readonly host: Host;
	readonly signal: AbortSignal;
}

/**
 * The pages of what was recalled, or drained by a time, hear once more that they are to move: some came back since, and those
 * of an app that knows no time hear it only now that it is over. After the last call they hear it from `retire`.
 */
export async function tellToLeave(records: readonly DeploymentRecord[], by: Telling): Promise<void> {
	const { store, backends, clock, host, signal } = by;
	const leaving = records.filter(({ departure }) => {
		const left = standing(departure);
		return left !== undefined && clock.now() < left.by + LAST_CALL_MS;
	});
	await mapLimited(ASKED_AT_ONCE, leaving, async ({ id }) => {
		// It may be active again since it was listed.
		const record = await store.find(id);
		const { told } = record === null ? { told: 0 } : await hurry(record, backends, clock.now(), signal);
		if (told > 0) host.notify({ level: 'info', text: `move ${id}; ${told} told to leave` });
	});
}
