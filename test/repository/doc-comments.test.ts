import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { ENTRY_POINTS } from './entry-points.ts';
import { ROOT } from './source-files.ts';

interface Declared {
	readonly file: string;
	readonly name: string;
	readonly isDocumented: boolean;
}

/** Where a package of the repository keeps what is imported by this name. */
function sourceOf(from: string, specifier: string): string | null {
	if (specifier.startsWith('.')) return resolve(dirname(from), specifier);
	const [, kit] = /^pulse-deploy-kit\/(.+)$/.exec(specifier) ?? [];
	if (kit) return join(ROOT, `packages/deploy-kit/src/${kit}.ts`);
	return specifier === 'pulse-railway-local' ? join(ROOT, 'packages/railway-local/src/index.ts') : null;
}

/** What a file exports, with a word on whether a doc comment stands before it where it is declared. */
function declared(file: string, only?: ReadonlySet<string>): Declared[] {
	const text = readFileSync(file, 'utf8');
	const { module, comments } = parseSync(file, text);
	const before = (at: number) =>
		comments.some(
			({ type, value, end }) =>
				type === 'Block' && value.startsWith('*') && end <= at && text.slice(end, at).trim() === '',
		);
	return module.staticExports.flatMap(({ start, entries }) =>
		entries.flatMap(({ exportName, importName, moduleRequest }) => {
			const name = exportName.name ?? '';
			if (only && !only.has(name)) return [];
			if (!moduleRequest) return [{ file: relative(ROOT, file), name, isDocumented: before(start) }];
			const source = sourceOf(file, moduleRequest.value);
			if (source === null) throw new Error(`${file} passes on ${name} of ${moduleRequest.value}`);
			return declared(source, new Set([importName.name ?? name]));
		}),
	);
}

test.each(ENTRY_POINTS)('everything that %s offers says what it is', (entry) => {
	const offered = declared(join(ROOT, entry));
	expect(offered.length).toBeGreaterThan(1);
	// A type and a value of one name say it once.
	const said = new Set(offered.filter(({ isDocumented }) => isDocumented).map(({ name }) => name));
	expect(offered.filter(({ name }) => !said.has(name)).map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});
