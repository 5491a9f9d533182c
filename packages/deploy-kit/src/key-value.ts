import { usageError } from './errors.ts';

/**
 * Parses repeated `KEY=VALUE` flags. Splits at the first `=`; an empty value is allowed; the last of equal keys wins.
 * @param flag as the user typed it, e.g. `--env`, for the error
 */
export function parseKeyValues(flag: string, pairs: readonly string[]): Record<string, string> {
	const values: [string, string][] = [];
	for (const pair of pairs) {
		const at = pair.indexOf('=');
		if (at <= 0) {
			// Without `=` the text may be a pasted secret; name it only up to there.
			const shown = at === 0 ? '=…' : pair.length > 32 ? `${pair.slice(0, 8)}…` : pair;
			throw usageError(`${flag} must be KEY=VALUE, got '${shown}'`, `Write it as ${flag} NAME=value.`);
		}
		values.push([pair.slice(0, at), pair.slice(at + 1)]);
	}
	return Object.fromEntries(values);
}
