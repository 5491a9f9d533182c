import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands as aws } from '../../packages/pulse-aws/src/cli/commands.ts';
import { FAILURES } from '../../packages/pulse-edge/src/report/failures.ts';
import { commands as railway } from '../../packages/pulse-railway/src/cli/commands.ts';
import { ROOT, sourceFiles } from './source-files.ts';

const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const sources = sourceFiles()
	.filter(({ path }) => /^packages\/(pulse-edge\/src|pulse-railway\/src\/router)\//.test(path))
	.map(({ path }) => readFileSync(join(ROOT, path), 'utf8'))
	.join('\n');

const found = (pattern: RegExp) => [...new Set([...sources.matchAll(pattern)].map(([, name]) => name ?? ''))];
const unsaid = (names: readonly string[]) => names.filter((name) => !page.includes(`\`${name}\``));

test('operators can look up every metric, every log event and every failure of the router', () => {
	const metrics = found(/'(pulse_router_\w+)'/g);
	const events = [...found(/\{ event: '([\w-]+)'/g), ...found(/\.note\('([\w-]+)'/g)];
	expect(metrics.length).toBeGreaterThan(8);
	expect(events.length).toBeGreaterThan(8);
	expect(unsaid([...metrics, ...events, ...Object.keys(FAILURES)])).toEqual([]);
});

const ALARMS = 'docs/alerts.yml';

test.each(['docs/operations.md', ALARMS, 'docs/grafana.json'])(
	'%s names no metric and no failure that the router does not have',
	(path) => {
		const text = readFileSync(join(ROOT, path), 'utf8');
		const metrics = found(/'(pulse_router_\w+)'/g);
		const named = [...text.matchAll(/pulse_router_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
		expect(named.length).toBeGreaterThan(8);
		expect(named.filter((name) => !metrics.includes(name))).toEqual([]);
		const causes = [...text.matchAll(/cause=~?\\?"([a-z|-]+)/g)].flatMap(([, names = '']) => names.split('|'));
		expect(causes.filter((cause) => !(cause in FAILURES))).toEqual([]);
	},
);

test('every alarm that the page tells of, and every failure that is somebody’s to look at, has a rule', () => {
	const rules = readFileSync(join(ROOT, ALARMS), 'utf8');
	const rows = [...page.matchAll(/^\| `(pulse_router_\w+)`[^|]*\| (\w[^|]*) \|/gm)].map(([, metric = '']) => metric);
	expect(rows.length).toBeGreaterThan(5);
	// Sockets that fall and memory that grows are seen on the dashboard: what is much depends on the app.
	const seen = ['pulse_router_open_sockets', 'pulse_router_resident_bytes'];
	expect(rows.filter((metric) => !rules.includes(metric) && !seen.includes(metric))).toEqual([]);
	const table = page.slice(page.indexOf('Failures that are yours'), page.indexOf('The others ('));
	const causes = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) => cell.match(/[\w-]+/g) ?? []);
	expect(causes.filter((cause) => !new RegExp(`["|]${cause}["|]`).test(rules))).toEqual([]);
});

const listings = [
	...railway.map((listing) => ({ ...listing, name: `pulse-railway ${listing.name}` })),
	...aws.map((listing) => ({ ...listing, name: `pulse-aws ${listing.name}` })),
];
const COMMON = ['--json', '--quiet', '--verbose', '--show-secrets', '--help', '--version'];
/** The contract also names commands that the Python tools had. */
const guides = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
	(path) => path.endsWith('.md') && path !== 'docs/contract.md',
);

test.each(guides)('every command that %s tells to run exists, with its flags', async (guide) => {
	const text = readFileSync(join(ROOT, guide), 'utf8').replaceAll('\\\n', ' ');
	const wrong: string[] = [];
	for (const [call, line] of text.matchAll(/(?<![\w/@.-])(pulse-(?:railway|aws) [a-z][^\n`#)"|;]*)/g)) {
		const listing = listings
			.filter(({ name }) => line === name || line?.startsWith(`${name} `))
			.sort((a, b) => b.name.length - a.name.length)[0];
		const spec = await listing?.load();
		const own = Object.values(spec?.settings ?? {}).map(({ flag }) => flag?.split(' ')[0]);
		const allowed = [...own, ...COMMON, ...(spec?.changes ? ['--yes', '--dry-run'] : [])];
		const flags = line?.match(/(?<= )--[\w-]+/g) ?? [];
		if (!spec || flags.some((flag) => !allowed.includes(flag))) wrong.push(call);
	}
	expect(wrong).toEqual([]);
});
