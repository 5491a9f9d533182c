/** Prints the demo as a short story; every claim is checked, and one false claim makes the demo fail. */
export class Story {
	#chapter = 0;
	readonly #begun = performance.now();
	readonly false: string[] = [];

	chapter(title: string): void {
		this.#chapter += 1;
		this.#print(`\n${this.#chapter}. ${title}`);
	}

	says(text: string): void {
		this.#print(`   ${text}`);
	}

	claims(text: string, holds: boolean, otherwise = ''): void {
		this.#print(`   ${holds ? '✓' : '✗'} ${text}${holds || !otherwise ? '' : ` — ${otherwise}`}`);
		if (!holds) this.false.push(text);
	}

	ends(): void {
		const seconds = ((performance.now() - this.#begun) / 1000).toFixed(0);
		this.#print(
			this.false.length === 0
				? `\nEvery claim above was checked and holds. ${seconds} s.`
				: `\n${this.false.length} claim(s) did not hold:\n${this.false.map((text) => `  ✗ ${text}`).join('\n')}`,
		);
	}

	#print(line: string): void {
		process.stdout.write(`${line}\n`);
	}
}

export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: string }> {
	const begun = performance.now();
	const value = await work();
	return { value, seconds: ((performance.now() - begun) / 1000).toFixed(1) };
}
