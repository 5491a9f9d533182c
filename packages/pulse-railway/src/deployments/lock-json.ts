/** The value never changes while it is held, so that other writes can compare it whole; renewal moves its expiry only. */
export interface LockValue {
	readonly owner: string;
	readonly token: string;
	/** Unix milliseconds. */
	readonly acquiredAt: number | null;
	/** `null` for a predecessor's lock, which no grant of ours matches. */
	readonly fence: number | null;
}

export function encodeLock({ owner, token, acquiredAt, fence }: LockValue): string {
	return JSON.stringify({ owner, token, acquired_at: acquiredAt === null ? null : acquiredAt / 1000, fence });
}

/** `null` when free. A value that is not ours belongs to a predecessor, who writes its bare token. */
export function decodeLock(value: string | null): LockValue | null {
	if (value === null) return null;
	try {
		const { owner, token, acquired_at, fence } = JSON.parse(value);
		if (typeof owner === 'string' && typeof token === 'string' && typeof fence === 'number') {
			return {
				owner,
				token,
				acquiredAt: typeof acquired_at === 'number' ? Math.round(acquired_at * 1000) : null,
				fence,
			};
		}
	} catch {
		// Not JSON.
	}
	return { owner: 'unknown', token: value, acquiredAt: null, fence: null };
}
