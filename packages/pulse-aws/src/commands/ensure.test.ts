import { afterEach, expect, test } from 'vitest';
import { ensureRequest } from '../config/ensure.ts';
import { readTraffic } from '../platform/traffic.ts';
import { deploy } from './deploy.ts';
import { ensure } from './ensure.ts';
import { type Account, type AccountOptions, asked, DOMAIN, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

/** As typed, in a folder where nothing stands. */
async function wanted(flags: Readonly<Record<string, unknown>> = {}) {
	const usual = { deploymentName: NAME, domain: DOMAIN, nat: 'none', rollbackWindow: '0' };
	return (await ensureRequest({ flags: { ...usual, ...flags }, env: {}, cwd: '/nowhere' })).request;
}
type Connecting = Parameters<Account['connect']>[0];
async function ensured(flags: Readonly<Record<string, unknown>> = {}, connecting: Connecting = {}) {
	return ensure(account.connect(connecting).session, await wanted(flags));
}
const open = async (options?: AccountOptions) => {
	account = await openAccount(options);
};
const stackOf = async () => {
	const { Stacks = [] } = await account.world.aws.cloudformation.describeStacks({ StackName: `${NAME}-baseline` });
	return Stacks[0];
};
const outputOf = async (key: string) =>
	(await stackOf())?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;

test('A3.7: makes the baseline where there is none, after which a deploy makes a deployment alone', async () => {
	await open();
	const { plan, result } = await ensured({}, { answers: [true] });
	expect(plan.facts.join(' ')).toMatch(/Estimated cost: \$\d+ a month before anything is deployed/);
	expect(result).toEqual({
		...{ deployment_name: NAME, region: account.world.aws.region, stack: `${NAME}-baseline`, changed: true },
		...{ alb_dns_name: await outputOf('AlbDnsName'), certificate_arn: await outputOf('CertificateArn') },
	});
	expect((await stackOf())?.EnableTerminationProtection).toBe(true);
	const next = await deploy(account.connect().session, await asked(), { dryRun: true });
	expect(next.plan.steps.map(({ kind }) => kind)).not.toContain('deploy-baseline');
});

test('A3.7: where nothing differs it only reads, takes no lock and says so; what differs is brought up to date, and the rest stays', async () => {
	await open();
	await ensured({ reaperMaxAgeHours: '24' }, { answers: [true] });
	const { session, trace, host } = account.connect({ answers: [] });
	const same = await ensure(session, await wanted());
	expect(same).toMatchObject({ plan: { steps: [] }, result: { changed: false } });
	const calls = trace.records.map(({ call }) => call);
	expect(calls.length).toBeGreaterThan(3);
	expect(calls.filter((one) => !/\.(describe|list|get)/.test(one))).toEqual([]);
	expect(host.messages.filter(({ level }) => level !== 'info')).toEqual([]);
	const { plan, result } = await ensured({ reaperScheduleMinutes: '5' }, { answers: [true] });
	expect(plan.steps.map(({ kind }) => kind)).toEqual(['deploy-baseline']);
	expect(result).toMatchObject({ changed: true });
	expect([await outputOf('ReaperScheduleMinutes'), await outputOf('ReaperMaxAgeHours')]).toEqual(['5', '24']);
});

test('A3.7: a dry run and a no change nothing, and what lets more people in is asked for', async () => {
	await open();
	const dry = await ensure(account.connect().session, await wanted(), { dryRun: true });
	expect(dry).toMatchObject({ plan: { verb: 'ensure', id: NAME }, result: null });
	await expect(ensured({}, { answers: [false] })).rejects.toMatchObject({ message: 'Declined; nothing was changed.' });
	expect(await stackOf().catch(() => undefined)).toBeUndefined();
	await ensured({ allowedCidr: ['10.0.0.0/8'] }, { answers: [true] });
	await expect(ensured({ allowedCidr: ['0.0.0.0/0'] }, { answers: [true, false] })).rejects.toMatchObject({
		message: 'Declined; nothing was changed.',
	});
	expect(await outputOf('AllowedCidrs')).toBe('10.0.0.0/8');
	// In a CI each question gets its default.
	await expect(ensured({ allowedCidr: ['0.0.0.0/0'] })).rejects.toThrow('Declined');
});

test('A3.7: where visitors are served, a domain that they do not come by is asked for, and refused in a CI', async () => {
	await open();
	await deploy(account.connect().session, await asked());
	account.world.certificates.add(['shpo.example.com']);
	await expect(ensured({ domain: 'shpo.example.com' })).rejects.toThrow('Declined');
	const { plan } = await ensured({ domain: 'shpo.example.com' }, { answers: [true, true] });
	expect(plan.warnings).toEqual([expect.stringContaining(`Visitors are served as ${DOMAIN};`)]);
});

test('A3.7: one that was killed while it made the baseline is gone on with by the next, and visitors are served all the while', async () => {
	await open();
	const killing = account.connect({
		answers: [true],
		faults: [{ call: 'baseline.deploy', nth: 1, kind: 'kill-after' }],
	});
	void ensure(killing.session, await wanted()).catch(() => {});
	await killing.killed;
	await account.world.clock.sleep(60_000);
	expect((await ensured({}, { answers: [true] })).result).toMatchObject({ changed: true });
	const { result } = await deploy(account.connect().session, await asked());
	await ensured({ reaperScheduleMinutes: '7' }, { answers: [true] });
	expect(await (await fetch(`${await account.origin()}/`)).text()).toBe(result?.deployment_id);
});

test('A3.7: an update that was killed is carried to its end by the next, also where the stack itself got there by then', async () => {
	await open();
	const { result } = await deploy(account.connect().session, await asked());
	const killing = account.connect({
		answers: [true],
		faults: [{ call: 'baseline.deploy', nth: 1, kind: 'kill-after' }],
	});
	void ensure(killing.session, await wanted({ reaperScheduleMinutes: '7' })).catch(() => {});
	await killing.killed;
	await account.world.clock.sleep(600_000);
	const trafficNow = async () => {
		const { defaultTargetGroupArn, rules } = await readTraffic(
			account.world.aws,
			(await outputOf('ListenerArn')) ?? '',
		);
		return { isDefault: defaultTargetGroupArn !== null, isKept: rules.some(({ catchAll }) => catchAll) };
	};
	expect(await trafficNow()).toEqual({ isDefault: false, isKept: true });
	const again = await ensured({ reaperScheduleMinutes: '7' }, { answers: [true] });
	expect(again.plan.steps.map(({ title }) => title)).toEqual([
		'Update the baseline stack (its last update was cut short)',
	]);
	expect(await trafficNow()).toEqual({ isDefault: true, isKept: false });
	expect(await (await fetch(`${await account.origin()}/`)).text()).toBe(result?.deployment_id);
	expect((await ensured({ reaperScheduleMinutes: '7' })).result).toMatchObject({ changed: false });
});

test('A3.7: without a certificate it says which records it needs, and goes on with the same one once they are there', async () => {
	await open({ certificate: false });
	const error = await ensured().catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({ code: 'certificate-pending', detail: expect.stringContaining('acm-validations.aws') });
	expect(await stackOf().catch(() => undefined)).toBeUndefined();
	const [name = '', , value = ''] = (error as { detail: string }).detail.split(' ');
	account.world.zones.addElsewhere(name, 'CNAME', value);
	await account.world.clock.sleep(120_000);
	expect((await ensured()).result).toMatchObject({ changed: true });
	expect(account.world.certificates.all.size).toBe(1);
	// Where visitors are served, a certificate for another domain is waited for without the deploy lock.
	const other = { domain: 'other.example.com', route53: true };
	account.world.zones.add('example.com');
	const { plan, result } = await ensured(other, { answers: [true] });
	expect(plan.certifying.map(({ kind }) => kind)).toEqual(['request-certificate', 'await-certificate']);
	expect(result?.certificate_arn).toBe(await outputOf('CertificateArn'));
	expect([...account.world.certificates.all.keys()].at(-1)).toBe(result?.certificate_arn);
});
