import { type Lane, parseLane } from 'pulse-deploy-kit/supersede/lane';

/**
 * Other writes compare it whole. While it is held it changes once at most, where a later deploy supersedes the one whose lease it
 * is, and keeps its token and fence then; renewal moves its expiry only.
 */
export interface LockValue {
	readonly owner: string;
	readonly token: string;
	/** Unix milliseconds. */
	readonly acquiredAt: number | null;
	/** `null` for a predecessor's lock, which no grant of ours matches. */
	readonly fence: number | null;
	/** Of a lock that was taken again: the fence of its first grant. */
	readonly firstFence?: number | undefined;
	/** Of a lease: which later deploys the one that is made stops for. */
	readonly lane?: Lane | undefined;
	/** Of a lease: the deployment of the later one. */
	readonly supersededBy?: string | undefined;
}

export function encodeLock({ owner, token, acquiredAt, fence, firstFence, lane, supersededBy }: LockValue): string {
	return JSON.stringify({
		owner,
		token,
		acquired_at: acquiredAt === null ? null : acquiredAt / 1000,
		fence,
		first_fence: firstFence,
		lane,
		superseded_by: supersededBy,
	});
}

/** `null` when free. A value that is not ours belongs to a predecessor, who writes its bare token. */
export function decodeLock(value: string | null): LockValue | null {
	if (value === null) return null;
	try {
		const { owner, token, acquired_at, fence, first_fence: first, lane: said, superseded_by: by } = JSON.parse(value);
		const lane = parseLane(said);
		if (typeof owner === 'string' && typeof token === 'string' && typeof fence === 'number') {
			return {
				owner,
				token,
				acquiredAt: typeof acquired_at === 'number' ? Math.round(acquired_at * 1000) : null,
				fence,
				...(typeof first === 'number' ? { firstFence: first } : {}),
				...(lane === undefined ? {} : { lane }),
				...(typeof by === 'string' ? { supersededBy: by } : {}),
			};
		}
	} catch {
		// Not JSON.
	}
	return { owner: 'unknown', token: value, acquiredAt: null, fence: null };
}
