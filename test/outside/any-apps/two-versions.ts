import type { Browser, Page } from 'playwright-core';
import { until } from '../../support/until.ts';
import type { Journey, Kind } from './journeys.ts';
import type { StackOfPage } from './stack-of-page.ts';
import { Watch } from './watch.ts';

/** What one browser found of one example. */
export interface Found {
	readonly ways: Partial<Record<Kind | 'held' | 'rollback' | 'gone', 'ok' | 'FAULT'>>;
	readonly faults: string[];
	answers: number;
	kept: number;
	wrong: number;
	errors: number;
	failed: number;
}

/** Whatever deploys. */
type Stack = Pick<StackOfPage, 'deploy' | 'rollBack' | 'delete' | 'status'>;

const TURNS = 2;
let lives = 0;

/**
 * A tab on the version that is active, and one on the next, used in turn; back and forth; and the first version is deleted
 * while its tab is written into. The second one is active at the end.
 */
export async function twoVersions(stack: Stack, journey: Journey, browser: Browser, address: string): Promise<Found> {
	const found: Found = { ways: {}, faults: [], answers: 0, kept: 0, wrong: 0, errors: 0, failed: 0 };
	const mark = `life ${++lives}`;
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	const watches: Watch[] = [];
	const judge = async (way: keyof Found['ways'], what: string, act: () => Promise<unknown>) => {
		try {
			await act();
			found.ways[way] ??= 'ok';
		} catch (error) {
			found.ways[way] = 'FAULT';
			found.faults.push(`${way}, ${what}: ${error instanceof Error ? error.message : error}`);
		}
	};
	const open = async (version: string) => {
		const page = await context.newPage();
		const watch = new Watch(page, address, version);
		watches.push(watch);
		await page.goto(address, { timeout: 60_000 });
		await journey.ready(page, version);
		return { page, watch, version };
	};
	const use = async ({ page, version }: { page: Page; version: string }, turn: number) => {
		await page.bringToFront();
		for (const [kind, way] of Object.entries(journey.ways))
			await judge(kind as Kind, `turn ${turn} of ${version}`, () => way(page, version, turn, mark));
	};
	try {
		const old = await open((await stack.status()).active_deployment);
		const fresh = await open(await stack.deploy());
		for (let turn = 1; turn <= TURNS; turn++) for (const tab of [old, fresh]) await use(tab, turn);
		await judge('held', 'as the stack counts', () => holds(stack, old.version));
		await judge('rollback', 'a new page', async () => {
			const back = await stack.rollBack();
			if (back !== old.version) throw new Error(`to ${back}, not ${old.version}`);
			await (await open(back)).page.close();
			const on = await stack.rollBack();
			if (on !== fresh.version) throw new Error(`on to ${on}, not ${fresh.version}`);
		});
		await judge('gone', 'the old tab', () => leaves(stack, journey, old, fresh.version));
	} catch (error) {
		found.faults.push(String(error));
	} finally {
		await context.close();
	}
	for (const { answers, kept, wrong, errors, failed } of watches) {
		found.answers += answers;
		found.kept += kept;
		found.wrong += wrong.length;
		found.errors += errors.length;
		found.failed += failed.length;
		found.faults.push(...wrong.map((one) => `wrong version: ${one}`), ...errors.map((one) => `page error: ${one}`));
		found.faults.push(...failed.map((one) => `failed: ${one}`));
	}
	return found;
}

/** A drained version is there for its tab. */
async function holds(stack: Stack, version: string): Promise<void> {
	let said = '';
	await until('the old version is held by its tab', async () => {
		const one = (await stack.status()).deployments.find(({ deployment_id }) => deployment_id === version);
		said = JSON.stringify(one);
		return one?.state === 'draining' && one.tabs >= 1;
	}).catch((error: Error) => {
		throw new Error(`${error.message}: ${said}`);
	});
}

/** It is deleted while a user writes: nothing is lost, and afterwards the page is the newest one's. */
async function leaves(
	stack: Stack,
	{ draft, ready }: Journey,
	{ page, watch, version }: { readonly page: Page; readonly watch: Watch; readonly version: string },
	next: string,
): Promise<void> {
	await page.bringToFront();
	const field = draft === undefined ? null : page.locator(draft).first();
	await field?.click();
	await field?.pressSequentially('a draft');
	watch.expectTheEnd(next);
	await stack.delete(version);
	if (field !== null) {
		await new Promise((resolve) => setTimeout(resolve, 12_000));
		const left = await field.inputValue({ timeout: 5_000 }).catch((error: Error) => error.message.split('\n')[0]);
		if (left !== 'a draft') throw new Error(`of a draft was left: ${left}`);
		// What a page disables without its server its user cannot take back: a minute later nothing holds the page.
		if (await field.isEnabled()) await field.fill('');
	}
	await until(
		'its page is of the newest version',
		() =>
			ready(page, next).then(
				() => true,
				() => false,
			),
		120_000,
	);
}
