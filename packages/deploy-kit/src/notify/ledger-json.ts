import type { Ledger, Waiting } from './ledger.ts';

/** Short, because Parameter Store takes 4 KB: `{"t":through,"k":[key,…],"s":[key,…],"d":[tells,startedAt],"w":[[key,attempts,nextAt],…]}`. */
export function encodeLedger({ through, taken, standing, sender, waiting }: Ledger): string {
	const w = waiting.map(({ key, attempts, nextAt }) => [key, attempts, nextAt]);
	return JSON.stringify({ t: through, k: taken, s: standing, d: [sender.tells, sender.startedAt], w });
}

/** `null` for what no version of this tool wrote. */
export function decodeLedger(json: string | null): Ledger | null {
	let parsed: unknown;
	try {
		parsed = JSON.parse(json ?? 'null');
	} catch {
		return null;
	}
	const { t, k, s, d, w } = (parsed ?? {}) as Record<string, unknown>;
	if (typeof t !== 'number' || !Array.isArray(k) || !Array.isArray(s) || !Array.isArray(w)) return null;
	const [tells, startedAt] = Array.isArray(d) ? d : [];
	if (typeof tells !== 'string' || typeof startedAt !== 'number') return null;
	const waiting = w.flatMap(decodeWaiting);
	return { through: t, taken: k.filter(isText), standing: s.filter(isText), sender: { tells, startedAt }, waiting };
}

const isText = (one: unknown) => typeof one === 'string';

function decodeWaiting(one: unknown): Waiting[] {
	const [key, attempts, nextAt] = Array.isArray(one) ? one : [];
	const isWaiting = typeof key === 'string' && Number.isSafeInteger(attempts) && Number.isFinite(nextAt);
	return isWaiting ? [{ key, attempts, nextAt }] : [];
}
