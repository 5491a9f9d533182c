import { AwsError } from './errors.ts';

export interface Page<T> {
	readonly items: T[];
	readonly next: string | undefined;
}

/** One page; the token is opaque to callers and refused with `error` when it is not ours. */
export function pageOf<T>(
	items: readonly T[],
	size: number,
	token: string | undefined,
	error = 'InvalidParameterException',
): Page<T> {
	const start = token === undefined ? 0 : Number(/^page-(\d+)$/.exec(decode(token))?.[1] ?? Number.NaN);
	if (Number.isNaN(start)) throw new AwsError(error, 'Invalid token.');
	const end = start + size;
	return { items: items.slice(start, end), next: end < items.length ? encode(`page-${end}`) : undefined };
}

/** The page size asked for, or the service's default; sizes out of range are the service's own error. */
export function pageSize(asked: number | undefined, normal: number, most: number, error = 'InvalidParameterException') {
	if (asked === undefined) return normal;
	if (asked < 1 || asked > most) throw new AwsError(error, `The page size must be between 1 and ${most}.`);
	return asked;
}

const encode = (text: string) => Buffer.from(text).toString('base64url');
const decode = (text: string) => Buffer.from(text, 'base64url').toString();
