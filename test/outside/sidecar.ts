/**
 * A real app beside the AWS sidecar, behind a load balancer that is not ours: two versions of `examples/any-app/vite-express-ws`,
 * each with `pulse-edge sidecar` as its image holds it, and HAProxy with TLS and a deploy's rules in front, judged in real
 * Chromium and Firefox as `any-apps.ts` judges the local platform. In the end the last version's task says that it is not needed.
 * Needs `haproxy`, `openssl`, `curl`, both browsers, and npm's registry.
 *
 *     npm run build && npx jiti test/outside/sidecar.ts [chromium] [firefox]
 */
import { spawnSync } from 'node:child_process';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { until } from '../support/until.ts';
import { JOURNEYS } from './any-apps/journeys.ts';
import { twoVersions } from './any-apps/two-versions.ts';
import { Tasks } from './sidecar/tasks.ts';

const EXAMPLE = 'vite-express-ws';
const print = (line: string) => process.stdout.write(`${line}\n`);
for (const [program, flag] of [
	['haproxy', '-v'],
	['openssl', 'version'],
	['curl', '--version'],
] as const) {
	if (spawnSync(program, [flag]).status === 0) continue;
	print(`Skipped: there is no ${program} on this machine.`);
	process.exit(0);
}
const browsers = {
	chromium: { launch: () => launchChromium(['--ignore-certificate-errors']), missing: chromiumMissing() },
	firefox: { launch: launchFirefox, missing: firefoxMissing() },
};
const asked = process.argv.slice(2);
let faults = 0;
const tasks = await Tasks.open(EXAMPLE);
try {
	await tasks.deploy();
	for (const [name, { launch, missing }] of Object.entries(browsers)) {
		if (asked.length > 0 && !asked.includes(name)) continue;
		if (missing !== null) {
			print(`Skipped ${name}: ${missing}.`);
			continue;
		}
		const browser = await launch();
		const found = await twoVersions(tasks, JOURNEYS[EXAMPLE]!, browser, tasks.address).finally(() => browser.close());
		faults += found.faults.length;
		const { answers, wrong, errors, failed } = found;
		print(
			`${found.faults.length === 0 ? 'ok   ' : 'FAULT'} ${EXAMPLE} in ${name}, https: ` +
				`${answers} answers, ${wrong} of a wrong version, ${errors} page errors, ${failed} failed requests`,
		);
		for (const fault of found.faults) print(`  ${fault.replaceAll('\n', '\n  ')}`);
	}
	const { active_deployment: last } = await tasks.status();
	await tasks.mark(last, 'draining');
	const began = Date.now();
	await until('the task says that nobody needs it', () => tasks.word(last) === 'draining', 240_000);
	print(`ok    its last task says so ${Math.round((Date.now() - began) / 1000)} s after its deployment began to drain`);
} catch (error) {
	faults += 1;
	print(`FAULT ${error instanceof Error ? error.stack : error}`);
} finally {
	await tasks.close();
}
process.exitCode = faults === 0 ? 0 : 1;
