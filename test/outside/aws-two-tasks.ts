/**
 * Real browsers with tabs of a deployment of two tasks, on the emulated account, while the load balancer's one cookie is
 * replaced by every visit of a newer deployment: each tab whose socket was closed finds its count again. Then a task dies: its
 * tabs load anew, the others keep their count. Needs Chromium and Firefox. `npm run build && npx jiti test/outside/aws-two-tasks.ts`
 */
import type { Browser, Page } from 'playwright-core';
import { HAS_OWN_ADDRESSES } from '../../packages/aws-world/src/tasks/task-network.ts';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import type { Account } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { deploymentKey } from '../../packages/pulse-aws/src/replicas/hop.ts';
import { replicaToken } from '../../packages/pulse-edge/src/upstream/replica-token.ts';
import { counterDeploy, openCounterAccount } from '../demo-aws/counter-account.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const noAddresses = HAS_OWN_ADDRESSES ? null : 'this machine has no addresses but 127.0.0.1';
const reason = chromiumMissing() ?? firefoxMissing() ?? noAddresses;
if (reason !== null) {
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}

const TABS = 4;
/** Without it a newer deployment gives the browser another session cookie, which the older one does not know. */
const SECRET = 'PULSE_SECRET=0123456789abcdef0123456789abcdef0123456789abcdef';
const ROUNDS = 3;
const verdict = new Verdict();
const count = async (page: Page) => Number(await page.locator('#tab output').textContent());
const label = (page: Page) => page.locator('body').getAttribute('data-label');
const live = (page: Page) =>
	until('a live page', async () => {
		return (await page.locator('body').getAttribute('data-status')) === 'connected' && (await count(page)) >= 0;
	});
const setVisibility = (page: Page, state: 'hidden' | 'visible') =>
	page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
		document.dispatchEvent(new Event('visibilitychange'))`);
const tokenOf = (page: Page) =>
	page.evaluate<string>('window.pulse.url("/").match(/pulse_replica=([^&]+)/)?.[1] ?? ""');

/** What the pages of each task name it by, as a reader of its task definition can tell. */
function taskOf(account: Account, token: string) {
	return account.world.ecs.tasks.find(({ ip, definition, service }) => {
		const [app] = definition.input.containerDefinitions ?? [];
		const secret = app?.environment?.find(({ name }) => name === 'PULSE_SECRET')?.value ?? '';
		return replicaToken(deploymentKey(secret, service.name), { host: ip, port: 8000 }) === token;
	});
}

async function click(page: Page): Promise<number> {
	const before = await count(page);
	await page.click('#tab');
	return until('an answer', async () => ((await count(page)) > before ? count(page) : null));
}

async function tryIn(name: string, launch: () => Promise<Browser>): Promise<void> {
	const account = await openCounterAccount();
	const browser = await launch();
	try {
		const flags = { taskEnv: ['COUNTER_LABEL=v1', 'COUNTER_SESSION_SECONDS=30', SECRET] };
		await deploy(account.connect().session, await counterDeploy('v1', flags));
		const origin = await account.origin();
		const tabs: Page[] = [];
		for (let tab = 0; tab < TABS; tab++) {
			const page = await (await browser.newContext()).newPage();
			await page.goto(origin);
			await live(page);
			for (let clicks = 0; clicks < 3; clicks++) await click(page);
			tabs.push(page);
		}
		await deploy(account.connect().session, await counterDeploy('v2', { taskEnv: ['COUNTER_LABEL=v2', SECRET] }));
		let kept = 0;
		for (let round = 1; round <= ROUNDS; round++) {
			for (const page of tabs) {
				await setVisibility(page, 'hidden');
				await until('its socket to close', async () => {
					return (await page.locator('body').getAttribute('data-status')) === 'disconnected';
				});
				const newer = await page.context().newPage();
				await newer.goto(origin);
				await live(newer);
				if ((await label(newer)) !== 'v2') verdict.report(`${name}: a new tab`, 'v2', await label(newer));
				await newer.close();
				await setVisibility(page, 'visible');
				await live(page);
				if ((await click(page)) === 3 + round && (await label(page)) === 'v1') kept += 1;
			}
		}
		verdict.report(`${name}: tabs that came back to their count`, `${TABS * ROUNDS}`, String(kept));
		const tokens = new Map<Page, string>();
		for (const page of tabs) tokens.set(page, await tokenOf(page));
		const dead = tokens.get(tabs[0] as Page) ?? '';
		taskOf(account, dead)?.containers[0]?.running.stop('SIGKILL');
		const theirs = tabs.filter((page) => tokens.get(page) === dead);
		for (const page of theirs)
			await until('a page of the dead task to load anew', async () => (await label(page)) === 'v2', 60_000);
		const others = tabs.filter((page) => !theirs.includes(page));
		const counts = await Promise.all(others.map(click));
		const expected = JSON.stringify(others.map(() => 4 + ROUNDS));
		verdict.report(
			`${name}: counts of the other task's tabs, once one task has died`,
			expected,
			JSON.stringify(counts),
		);
		verdict.report(`${name}: both tasks had tabs`, 'true', String(theirs.length > 0 && others.length > 0));
	} finally {
		await browser.close();
		await account.close();
	}
}

await tryIn('Chromium', launchChromium);
await tryIn('Firefox', launchFirefox);
verdict.close('Every tab kept to its task.');
