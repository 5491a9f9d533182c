/**
 * A visitor who asks for a page all the time, and is answered by the deployments that may answer, or complains; in turns
 * with a tab of `pinned`, which only that one may answer.
 */
export class Visitor {
	readonly #address: string;
	readonly #allowed: (deployment: string) => boolean;
	readonly #pinned: string | undefined;
	readonly #complaints: string[] = [];
	readonly #done: Promise<void>;
	#over = false;
	#visits = 0;

	constructor(address: string, allowed: (deployment: string) => boolean, pinned?: string) {
		this.#address = address;
		this.#allowed = allowed;
		this.#pinned = pinned;
		this.#done = this.#visit();
	}

	/** How often it asked, and what went wrong. */
	async leave(): Promise<{ readonly visits: number; readonly complaints: readonly string[] }> {
		this.#over = true;
		await this.#done;
		return { visits: this.#visits, complaints: this.#complaints };
	}

	async #visit(): Promise<void> {
		while (!this.#over) {
			const pinned = this.#visits % 2 === 1 ? this.#pinned : undefined;
			if (pinned === undefined) await this.#ask(this.#address, this.#allowed);
			else await this.#ask(`${this.#address}/?pulse_deployment=${pinned}`, (id) => id === pinned);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	async #ask(url: string, allowed: (deployment: string) => boolean): Promise<void> {
		this.#visits++;
		const seen = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
			async (response) => `${response.status} ${await response.text()}`,
			(error: unknown) => String(error),
		);
		const [status, deployment = ''] = seen.split(' ');
		if (status !== '200' || !allowed(deployment)) this.#complaints.push(`${url}: ${seen.slice(0, 200)}`);
	}
}
