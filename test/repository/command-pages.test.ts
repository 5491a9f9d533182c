import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands as aws } from '../../packages/pulse-aws/src/cli/commands.ts';
import { commands as railway } from '../../packages/pulse-railway/src/cli/commands.ts';
import { GROUPS, renderPage } from './command-pages.ts';
import { ROOT } from './source-files.ts';

const folder = join(ROOT, 'docs/commands');

test('every command is on one page, and every page is of a group', () => {
	const all = [
		...railway.map(({ name }) => `pulse-railway ${name}`),
		...aws.map(({ name }) => `pulse-aws ${name}`),
		'pulse-edge sidecar',
		'pulse run',
	];
	expect(GROUPS.flatMap((group) => group.commands).sort()).toEqual(all.sort());
	expect(readdirSync(folder).sort()).toEqual(GROUPS.map(({ page }) => page).sort());
});

test.each(GROUPS)(
	'docs/commands/$page is what the commands say (else: npm run docs)',
	async (group) => {
		expect(readFileSync(join(folder, group.page), 'utf8')).toBe(await renderPage(group));
	},
	60_000,
);

test('every variable that the router reads is described', () => {
	const source = readFileSync(join(ROOT, 'packages/pulse-railway/src/config/router.ts'), 'utf8');
	const page = readFileSync(join(folder, 'railway-services.md'), 'utf8');
	const read = new Set([...source.matchAll(/'((?:PULSE_|PORT)\w*)'/g)].map(([, name]) => name ?? ''));
	expect(read.size).toBeGreaterThan(10);
	expect([...read].filter((name) => !page.includes(name))).toEqual([]);
});
