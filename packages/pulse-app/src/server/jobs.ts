/** Work that is no request, socket or render session, and holds the app all the same. */
export interface Jobs {
	/** That has not ended. */
	count(): number;
	/** Counts work from now until it ends. */
	hold(work: Promise<unknown>): void;
}

/** @param onFailed told of work that failed: where its caller does not look, nothing else says so */
export function createJobs(onFailed: (error: unknown) => void): Jobs {
	let running = 0;
	return {
		count: () => running,
		hold: (work) => {
			running += 1;
			work.catch(onFailed).finally(() => {
				running -= 1;
			});
		},
	};
}
