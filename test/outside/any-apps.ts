/**
 * Apps that know nothing of Pulse, deployed by the commands of their pages (`examples/any-app`) at a terminal on the local
 * platform, and judged in real Chromium and Firefox: two tabs on two versions, used in turn, keep their state and their
 * version, whatever they ask for and by which way; a version that is deleted takes nothing that is being written with it, and
 * its tab loads the newest. Every answer says by which version it is. Over http, and with TLS in front, as Railway's edge has it:
 * `--http` or `--https` alone is one of the two.
 * Needs both browsers, `script`, and the registries of Python and npm.
 *
 *     npm run build && npx jiti test/outside/any-apps.ts [streamlit …] [chromium] [firefox] [--https | --http]
 */
import { spawnSync } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { JOURNEYS, KINDS } from './any-apps/journeys.ts';
import { StackOfPage } from './any-apps/stack-of-page.ts';
import { startTlsFront } from './any-apps/tls-front.ts';
import { type Found, twoVersions } from './any-apps/two-versions.ts';

const BROWSERS = {
	// Its downloads do not take the page's word for a certificate.
	chromium: { launch: () => launchChromium(['--ignore-certificate-errors']), missing: chromiumMissing() },
	firefox: { launch: launchFirefox, missing: firefoxMissing() },
};
const PYTHON = ['streamlit', 'nicegui', 'gradio', 'fastapi-websockets'];

const asked = process.argv.slice(2);
const known = [...Object.keys(JOURNEYS), ...Object.keys(BROWSERS), '--https', '--http'];
const unknown = asked.find((word) => !known.includes(word));
if (unknown !== undefined) throw new Error(`${unknown}: there are ${known.join(', ')}`);
const among = <T extends string>(all: readonly T[]): T[] => {
	const named = all.filter((one) => asked.includes(one));
	return named.length > 0 ? named : [...all];
};
const print = (line: string) => process.stdout.write(`${line}\n`);
const runs = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

const browsers = among(Object.keys(BROWSERS) as (keyof typeof BROWSERS)[]).filter((name) => {
	const { missing } = BROWSERS[name];
	if (missing !== null) print(`Skipped ${name}: ${missing}.`);
	return missing === null;
});
const hasScript = runs('script', '--version');
const hasPython = runs('python3', '-m', 'venv', '--help');
const hasOpenssl = runs('openssl', 'version');
const rows: { readonly app: string; readonly by: string; readonly found: Found }[] = [];
let faults = 0;

for (const app of among(Object.keys(JOURNEYS))) {
	const missing = !hasScript
		? 'there is no script (util-linux) on this machine'
		: PYTHON.includes(app) && !hasPython
			? 'there is no python3 with venv on this machine'
			: null;
	if (missing !== null) print(`Skipped ${app}: ${missing}.`);
	else await judge(app);
}
print('');
for (const line of matrix()) print(line);
const sum = (what: 'answers' | 'kept' | 'wrong' | 'errors' | 'failed') =>
	rows.reduce((all, { found }) => all + found[what], 0);
print(
	`${faults} faults; ${rows.length} lives of two versions: ${sum('answers')} answers (${sum('kept')} kept by the browser, immutable), ${sum('wrong')} of a wrong version, ` +
		`${sum('errors')} page errors, ${sum('failed')} failed requests`,
);
process.exitCode = faults === 0 ? 0 : 1;

async function judge(app: string): Promise<void> {
	const stack = new StackOfPage(app);
	try {
		const started = performance.now();
		await stack.begin();
		await stack.deploy();
		const minutes = (performance.now() - started) / 60_000;
		print(`${app}: deployed by the commands of its page in ${minutes.toFixed(1)} min`);
		const { server_address: address } = await stack.status();
		for (const name of browsers) {
			const browser = await BROWSERS[name].launch();
			try {
				if (!asked.includes('--https')) await live(stack, `${name}, http`, browser, address);
				if (asked.includes('--http')) continue;
				if (!hasOpenssl) {
					print(`Skipped ${app} over https: there is no openssl on this machine.`);
					continue;
				}
				const front = await startTlsFront(stack.folder, stack.router());
				await live(stack, `${name}, https`, browser, front.address).finally(front.close);
			} finally {
				await browser.close();
			}
		}
	} catch (error) {
		faults += 1;
		print(`FAULT ${app}: ${error instanceof Error ? error.message : error}`);
	} finally {
		await stack.end();
	}
}

async function live(stack: StackOfPage, by: string, browser: Browser, address: string): Promise<void> {
	const found = await twoVersions(stack, JOURNEYS[stack.app]!, browser, address);
	rows.push({ app: stack.app, by, found });
	faults += found.faults.length;
	const { answers, wrong, errors, failed } = found;
	print(
		`${found.faults.length === 0 ? 'ok   ' : 'FAULT'} ${stack.app} in ${by}: ` +
			`${answers} answers, ${wrong} of a wrong version, ${errors} page errors, ${failed} failed requests`,
	);
	for (const fault of found.faults) print(`  ${fault.replaceAll('\n', '\n  ')}`);
}

function matrix(): string[] {
	const kinds = [...KINDS, 'held', 'rollback', 'gone'] as const;
	const table = [
		['', '', ...kinds, 'answers', 'kept', 'wrong', 'errors', 'failed'],
		...rows.map(({ app, by, found }) => [
			...[app, by, ...kinds.map((kind) => found.ways[kind] ?? '·')],
			...[found.answers, found.kept, found.wrong, found.errors, found.failed].map(String),
		]),
	];
	const widths = table[0]!.map((_, at) => Math.max(...table.map((row) => row[at]!.length)));
	return table.map((row) =>
		row
			.map((cell, at) => cell.padEnd(widths[at]!))
			.join('  ')
			.trimEnd(),
	);
}
