import { text } from 'pulse-deploy-kit/setting-kinds';

/** Numbers above 0, fractions allowed. */
export function positive(raw: unknown): number {
	const value = typeof raw === 'number' ? raw : Number(text(raw));
	if (Number.isFinite(value) && value > 0) return value;
	throw new Error(`must be a number above 0, got '${raw}'`);
}
