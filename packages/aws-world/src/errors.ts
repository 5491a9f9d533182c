/** An error as the SDK throws it: recognised by `name`, with the HTTP status in `$metadata`. */
export class AwsError extends Error {
	readonly $fault: 'client' | 'server';
	readonly $metadata: { readonly httpStatusCode?: number; readonly requestId: string; readonly attempts: number };

	/** `status` null: no answer came at all. */
	constructor(name: string, message: string, status: number | null = 400) {
		super(message);
		this.name = name;
		this.$fault = status !== null && status < 500 ? 'client' : 'server';
		this.$metadata = {
			requestId: '00000000-0000-4000-8000-000000000000',
			attempts: 1,
			...(status === null ? {} : { httpStatusCode: status }),
		};
	}
}

export function required<T>(value: T | undefined | null, name: string, error = 'InvalidParameterException'): T {
	if (value === undefined || value === null || value === '') throw new AwsError(error, `${name} cannot be empty.`);
	return value;
}

/** Input that real AWS takes and this world does not know: a gap must be loud, never a wrong answer. */
export function notEmulated(what: string): never {
	throw new Error(`The in-memory AWS world does not emulate ${what}.`);
}
