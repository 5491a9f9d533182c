import { inspect } from 'node:util';

const MASK = '[hidden]';

/** A value that prints as a mask wherever it ends up by accident: templates, JSON, console, error causes. */
export class Secret {
	readonly #value: string;

	constructor(value: string) {
		this.#value = value;
	}

	/** The only way to the value. Call it where the secret is sent, not earlier. */
	reveal(): string {
		return this.#value;
	}

	toString(): string {
		return MASK;
	}

	toJSON(): string {
		return MASK;
	}

	[inspect.custom](): string {
		return MASK;
	}
}

/** The text with every secret replaced by the mask, for output of programs that we do not control. */
export function maskSecrets(text: string, secrets: readonly Secret[]): string {
	let masked = text;
	for (const secret of secrets) if (secret.reveal().length > 0) masked = masked.replaceAll(secret.reveal(), MASK);
	return masked;
}

/** A URL with its password replaced by the mask, also one that should have been escaped; any other text unchanged. */
export function maskUrlPassword(url: string): string {
	return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):.*@/is, `$1:${MASK}@`);
}
