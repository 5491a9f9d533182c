import type { DeploymentStore } from '../../deployments/store.ts';

export interface RaceResult {
	/** What each promotion replaced. In a history without lost writes no two promotions replaced the same one. */
	readonly replaced: (string | null)[];
	/** Of the nonces `0…rounds-1`, which all writers claim. */
	readonly claimed: number;
}

/** Promotes a new deployment each round while others do the same. */
export async function race(store: DeploymentStore, name: string, rounds: number): Promise<RaceResult> {
	const replaced: (string | null)[] = [];
	let claimed = 0;
	for (let round = 0; round < rounds; round++) {
		const id = `${name}-${round}`;
		replaced.push((await store.promote(id, id)).previousActiveId);
		await store.recordActivity({
			replicaId: name.padEnd(16, '0'),
			at: round,
			ttlMs: 60_000,
			revision: round,
			deployments: [{ id: `${name}-0`, lastSeenAt: round, inFlight: 0, sockets: 1, requestRate: 0 }],
		});
		if (await store.claimOnce(String(round), 60_000)) claimed++;
	}
	return { replaced, claimed };
}
