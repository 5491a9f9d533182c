const MINUTE_MS = 60_000;

export type Counted = 'RequestCount' | 'HTTPCode_Target_5XX_Count' | 'TargetConnectionErrorCount';

/** What a load balancer tells CloudWatch of one target group, by the minute. */
export class TargetCounts {
	readonly #minutes = new Map<Counted, Map<number, number>>();

	/** @param at Unix ms */
	add(name: Counted, at: number): void {
		const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
		const all = this.#minutes.get(name) ?? new Map<number, number>();
		all.set(minute, (all.get(minute) ?? 0) + 1);
		this.#minutes.set(name, all);
	}

	/** An answer of a target. */
	answered(status: number, at: number): void {
		this.add('RequestCount', at);
		if (status >= 500) this.add('HTTPCode_Target_5XX_Count', at);
	}

	/** The target took no connection. */
	refused(at: number): void {
		this.add('RequestCount', at);
		this.add('TargetConnectionErrorCount', at);
	}

	/** Begin of each minute in which there were any → how many. */
	of(name: string): ReadonlyMap<number, number> {
		return this.#minutes.get(name as Counted) ?? new Map();
	}
}
