/**
 * How soon the page of `pulse-aws dashboard` shows a deploy, in real Chromium and Firefox, counted from the first visitor whom the
 * load balancer of the emulated account sends to it. Each call of AWS takes 150 ms here. Needs both browsers.
 *
 *     npm run build && npx jiti test/outside/dashboard-follows-aws.ts [DEPLOYS]
 */
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { NAME } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { openDashboard } from '../../packages/pulse-aws/src/commands/testing/open-dashboard.ts';
import { counterDeploy, openCounterAccount } from '../demo-aws/counter-account.ts';
import { openDashboardOn } from '../support/dashboard.ts';
import { awaitVersion, reportFollowing } from './follows.ts';
import { Verdict } from './fresh-stack.ts';

const reason = chromiumMissing() ?? firefoxMissing();
if (reason !== null) {
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}
const LATENCY_MS = 150;
/** The account's time runs fast, and browsers take the machine's. */
const BUDGET = { healthBudget: '1200' };
const DEPLOYS = Number(process.argv[2] ?? 3);

const verdict = new Verdict();
const account = await openCounterAccount();
const browsers = { Chromium: await launchChromium(), Firefox: await launchFirefox() };
const stop = new AbortController();
const complaints: string[] = [];
try {
	const deployed = async (label: string) =>
		(await deploy(account.connect({ answers: Array(10).fill(true) }).session, await counterDeploy(label, BUDGET)))
			.result;
	await deployed('first');
	const origin = await account.origin();
	const selected = async () => (await (await fetch(`${origin}/_pulse/meta`)).json()) as { deployment_id: string };
	const { session } = account.connect({ latencyMs: LATENCY_MS, signal: stop.signal });
	const { address, ended } = await openDashboard(session, NAME, stop.signal);
	const pages = {
		Chromium: await browsers.Chromium.newPage(),
		Firefox: await browsers.Firefox.newPage(),
	};
	for (const page of Object.values(pages)) await openDashboardOn(page, address, (text) => complaints.push(text));
	for (let round = 1; round <= DEPLOYS; round++) {
		const { deployment_id: before } = await selected();
		await awaitVersion(pages, new RegExp(`^(?!.*New visitors get ${before}\\.).*New visitors get `, 's'));
		const deploying = deployed(`round ${round}`);
		while ((await selected()).deployment_id === before) await new Promise((resolve) => setTimeout(resolve, 5));
		const servedAt = Date.now();
		await reportFollowing(verdict, pages, servedAt);
		await deploying;
	}
	verdict.report('what pages complain of', 'nothing', complaints.join('; ') || 'nothing');
	stop.abort();
	await ended;
} finally {
	stop.abort();
	await Promise.all(Object.values(browsers).map((browser) => browser.close()));
	await account.close();
}
verdict.close('All right.');
