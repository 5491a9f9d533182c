/** Somebody who asks for a page all the time, and is answered by the deployments that may answer, or complains. */
export class Visitor {
	readonly #url: string;
	readonly #allowed: (deployment: string) => boolean;
	readonly #complaints: string[] = [];
	readonly #done: Promise<void>;
	#over = false;
	#visits = 0;

	constructor(url: string, allowed: (deployment: string) => boolean) {
		this.#url = url;
		this.#allowed = allowed;
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
			this.#visits++;
			const seen = await fetch(this.#url, { signal: AbortSignal.timeout(10_000) }).then(
				async (response) => `${response.status} ${await response.text()}`,
				(error: unknown) => String(error),
			);
			const [status, deployment = ''] = seen.split(' ');
			if (status !== '200' || !this.#allowed(deployment)) this.#complaints.push(`${this.#url}: ${seen.slice(0, 200)}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
}
