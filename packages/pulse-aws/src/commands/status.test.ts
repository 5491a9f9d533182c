import { momentText } from 'pulse-deploy-kit/moment';
import { afterEach, expect, test } from 'vitest';
import { renderFleet } from '../plan/fleet-report.ts';
import { deploy } from './deploy.ts';
import { status } from './status.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

async function deployed(flags: Readonly<Record<string, unknown>> = {}): Promise<string> {
	const { result } = await deploy(account.connect().session, await asked(flags));
	return result?.deployment_id ?? '';
}
const ratesIn = async ({ deployments }: Awaited<ReturnType<typeof status>>) =>
	deployments.map((one) => [one.deployment_id, one.requests_per_second, one.failures_per_second]);

/** So many visits within the minute that begins next. */
async function visits(count: number, path = '/'): Promise<void> {
	const { clock } = account.world;
	await clock.sleep(60_000 - (clock.now() % 60_000) + 1_000);
	const origin = await account.origin();
	await clock.hold(
		Promise.all(Array.from({ length: count }, async () => (await fetch(`${origin}${path}`)).text())),
		10_000,
	);
}

test('status tells the requests and failures a second of each version, as the load balancer counted them in a minute (A13.5)', async () => {
	account = await openAccount();
	const [one, two] = [await deployed(), await deployed()];
	await visits(30);
	const began = account.world.clock.now();
	await account.world.clock.sleep(2 * 60_000);
	const report = await status(account.connect().session, NAME);
	expect(await ratesIn(report)).toEqual(
		expect.arrayContaining([
			[one, 0, 0],
			[two, 0.5, 0],
		]),
	);
	expect(report.rates_at).toBe(Math.ceil(began / 60_000) * 60);
	// No requests since: the figure is older by each minute, and says of when it is.
	await account.world.clock.sleep(4 * 60_000);
	const shown = renderFleet(await status(account.connect().session, NAME), account.world.clock.now());
	expect(shown).toContain('0.5 requests/s');
	const until = momentText((report.rates_at ?? 0) * 1000, account.world.clock.now());
	expect(shown).toContain(`requests and failures: what the load balancer counted in the minute until ${until}`);
	// One of the two tasks answers nothing well from now on.
	await visits(1, '/sicken');
	await visits(24);
	await account.world.clock.sleep(2 * 60_000);
	const later = await status(account.connect().session, NAME);
	expect(later.deployments.find((each) => each.deployment_id === two)?.failures_per_second).toBeGreaterThan(0);
});

test('what the credentials may not read is told with the right that is missing, and the rest is there (A13.5)', async () => {
	account = await openAccount();
	const one = await deployed();
	const faults = [{ call: 'cloudwatch.getMetricStatistics', nth: 1, times: 99, kind: 'access-denied' }] as const;
	const report = await status(account.connect({ faults }).session, NAME);
	expect(await ratesIn(report)).toEqual([[one, null, null]]);
	expect(report.unread).toEqual([
		{ what: 'requests and failures a second', missing_right: 'cloudwatch:GetMetricStatistics' },
	]);
	expect(renderFleet(report, 0)).toContain(
		'not known: requests and failures a second (without the right cloudwatch:GetMetricStatistics)',
	);
});
