/** Where the world pretends to be, and names of its resources. Ids are counted, so a failing run reads the same twice. */
export class Arns {
	readonly region: string;
	readonly account: string;
	#count = 0;

	constructor(region: string, account: string) {
		this.region = region;
		this.account = account;
	}

	of(service: string, resource: string): string {
		return `arn:aws:${service}:${this.region}:${this.account}:${resource}`;
	}

	/** `digits` hexadecimal digits, scattered so that sorting by them is not the order of creation. */
	id(digits: number): string {
		const scattered = Math.imul(++this.#count, 0x9e3779b1) >>> 0;
		return (
			scattered
				.toString(16)
				.padStart(8, '0')
				.repeat(5)
				.slice(0, digits - 4) + this.#tail()
		);
	}

	#tail(): string {
		return this.#count.toString(16).padStart(4, '0').slice(-4);
	}
}
