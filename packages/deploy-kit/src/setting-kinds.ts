import { inFile } from './project-schema.ts';
import { Secret } from './secret.ts';

/** Ready-made `parse` functions for {@link Setting}. They throw what is wrong, without naming the origin. */

export function text(raw: unknown): string {
	if (typeof raw !== 'string') throw new Error(`must be text, got ${typeof raw}`);
	return raw;
}

export function secret(raw: unknown): Secret {
	return new Secret(text(raw));
}

export const flag = inFile({ type: 'boolean' }, (raw: unknown): boolean => {
	if (typeof raw === 'boolean') return raw;
	if (/^(1|true|yes|y)$/i.test(text(raw))) return true;
	if (/^(0|false|no|n)$/i.test(text(raw))) return false;
	throw new Error(`must be true or false, got '${text(raw)}'`);
});

/** Whole numbers, decimal digits only. */
export function integer(range: { min: number; max?: number }): (raw: unknown) => number {
	const schema = { type: 'integer', minimum: range.min, ...(range.max === undefined ? {} : { maximum: range.max }) };
	return inFile(schema, (raw: unknown): number => {
		const digits = typeof raw === 'number' ? String(raw) : text(raw);
		if (!/^-?\d+$/.test(digits) || !Number.isSafeInteger(Number(digits))) {
			throw new Error(`must be an integer, got '${digits}'`);
		}
		const value = Number(digits);
		if (value < range.min) throw new Error(`must be >= ${range.min}, got ${value}`);
		if (range.max !== undefined && value > range.max) throw new Error(`must be <= ${range.max}, got ${value}`);
		return value;
	});
}

/** A whole number above 0 that is kept as text, because the platform takes it as text: `"512"` or `512`. */
export const digits = inFile(
	{ type: ['string', 'integer'], pattern: '^[1-9]\\d*$', minimum: 1 },
	(raw: unknown): string => {
		const written = typeof raw === 'number' ? String(raw) : text(raw);
		if (!/^[1-9]\d*$/.test(written)) throw new Error(`must be a whole number above 0, got '${written}'`);
		return written;
	},
);

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `90`, `90s`, `30m`, `1h`, `2d`, as whole seconds. */
export const duration = inFile({ type: ['string', 'integer'], pattern: '^\\d{1,9}[smhd]?$', minimum: 0 }, seconds);

function seconds(raw: unknown): number {
	const written = typeof raw === 'number' ? String(raw) : text(raw);
	const [, digits = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(written) ?? [];
	if (digits === '') throw new Error(`must be a time such as 90s, 30m, 1h or 2d, got '${written}'`);
	const seconds = Number(digits) * UNIT_SECONDS[(unit || 's') as keyof typeof UNIT_SECONDS];
	// Written as seconds again, it must be readable.
	if (seconds > 999_999_999) throw new Error(`must be at most 11574d, got '${written}'`);
	return seconds;
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): (raw: unknown) => Choice {
	return inFile({ enum: choices }, (raw: unknown) => {
		const value = text(raw) as Choice;
		if (choices.includes(value)) return value;
		throw new Error(`must be one of ${choices.join(', ')}, got '${value}'`);
	});
}

/** Repeated flags arrive as a list. */
export function list(raw: unknown): readonly string[] {
	return Array.isArray(raw) ? raw.map(text) : [text(raw)];
}
