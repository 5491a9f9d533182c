import { supersededError } from './error.ts';

/** Stops a deploy that a later one takes the place of, until it goes its way: from its cut-over on, others wait for it. */
export class StopSwitch {
	readonly #stop = new AbortController();
	readonly #id: string;
	#isSettled = false;

	/** @param id that is made */
	constructor(id: string) {
		this.#id = id;
	}

	/** Aborts with a `superseded` error. */
	get signal(): AbortSignal {
		return this.#stop.signal;
	}

	/** @param by the deployment of the later one; `null`: none has said so */
	hear(by: string | null | undefined): void {
		if (by && !this.#isSettled) this.#stop.abort(supersededError(this.#id, by));
	}

	/** Hears nothing from now on. @throws DeployToolError `superseded` where it was stopped before */
	settle(): void {
		this.#isSettled = true;
		this.#stop.signal.throwIfAborted();
	}
}
