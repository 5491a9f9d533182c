import type { LogLine } from './log-line.ts';

/** Lines of several replicas come by clocks of their own, and what one has said may be kept a moment later than what another says next. */
const LATE_MS = 30_000;

/** Which lines were not shown yet, of a log that is read again and again. A line that is said twice is shown twice. */
export class NewLines {
	#newest: number | null = null;
	readonly #shown = new Map<string, { readonly at: number; count: number }>();

	/** Unix milliseconds that the next reading must begin at; `null` before any line was seen. */
	get from(): number | null {
		return this.#newest === null ? null : this.#newest - LATE_MS;
	}

	/** Of one reading, oldest first; remembers that they are shown. */
	take(lines: readonly LogLine[]): readonly LogLine[] {
		const { from } = this;
		const counted = new Map<string, number>();
		const fresh = lines.filter((line) => {
			if (from !== null && line.at < from) return false;
			const key = keyOf(line);
			const count = (counted.get(key) ?? 0) + 1;
			counted.set(key, count);
			const shown = this.#shown.get(key);
			if (count <= (shown?.count ?? 0)) return false;
			this.#shown.set(key, { at: line.at, count });
			return true;
		});
		this.#newest = fresh.reduce<number | null>((newest, { at }) => Math.max(newest ?? at, at), this.#newest);
		this.#forget();
		return fresh.toSorted((a, b) => a.at - b.at);
	}

	#forget(): void {
		const { from } = this;
		for (const [key, { at }] of this.#shown) if (from !== null && at < from) this.#shown.delete(key);
	}
}

function keyOf({ id, at, text }: LogLine): string {
	return id ?? `${at} ${text}`;
}
