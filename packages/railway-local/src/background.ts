/** Work that only the platform's end waits for; its failure is reported and ends nothing else. */
export interface Background {
	/** Resolves when it is over; never rejects. */
	track(work: Promise<void>): Promise<void>;
	settled(): Promise<void>;
}

export function createBackground(report: (text: string) => void): Background {
	const running = new Set<Promise<void>>();
	return {
		track(work) {
			const over: Promise<void> = work
				.catch((error) => report(`The local platform failed in the background: ${String(error)}`))
				.finally(() => running.delete(over));
			running.add(over);
			return over;
		},
		async settled() {
			while (running.size > 0) await Promise.all(running);
		},
	};
}
