import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source-files.ts';

/** One section of `docs/contract.md`. */
export interface Section {
	readonly about: string;
	readonly rules: ReadonlyMap<number, { readonly superseded: boolean }>;
}

const text = readFileSync(join(ROOT, 'docs/contract.md'), 'utf8');
const parts = text.split(/^## /m).slice(1);

/** `R2`, `A10`, `P1`, …: what stands under each heading that begins with a number. */
export const CONTRACT: ReadonlyMap<string, Section> = new Map(
	parts.flatMap((part): [string, Section][] => {
		const [, name, about] = /^([A-Z]\d+) (.*)/.exec(part) ?? [];
		return name && about ? [[name, { about, rules: numbered(part) }]] : [];
	}),
);

export const DECISIONS: ReadonlyMap<number, unknown> = numbered(
	parts.find((part) => part.startsWith('Decisions')) ?? '',
);

function numbered(part: string): Map<number, { superseded: boolean }> {
	return new Map(
		[...part.matchAll(/^(\d+)\. .*$/gm)].map(([line, number]) => [
			Number(number),
			{ superseded: line.includes('*(superseded: ') },
		]),
	);
}
