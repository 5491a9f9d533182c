import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Fault } from 'aws-world/calls/fault';
import type { CallName } from 'aws-world/calls/handlers';
import { afterEach, describe, expect, test } from 'vitest';
import { readChanges } from '../platform/records.ts';
import { deploy } from './deploy.ts';
import { type Account, asked, DOMAIN, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

const address = (value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
	Name: `${DOMAIN}.`,
	Type: 'A',
	TTL: 300,
	ResourceRecords: [{ Value: value }],
	...more,
});
/** As the emulated ACM names the validation record of the domain. */
const LABEL = Buffer.from(DOMAIN).toString('hex').slice(0, 16);
const denied = (call: CallName): Fault => ({ call, nth: 1, times: 99, kind: 'access-denied' });

/** An account whose zone has these records, with a deploy of a domain that leads elsewhere. */
async function opened(...records: readonly ResourceRecordSet[]) {
	account = await openAccount();
	const zone = account.world.zones.add('example.com');
	for (const record of records) zone.records.set(`${record.Name} ${record.Type}`, record);
	const run = async (
		options: Parameters<Account['connect']>[0] = {},
		flags: Readonly<Record<string, unknown>> = { route53: true },
		dryRun = false,
	) => {
		const { session, host } = account.connect(options);
		const lookAtDomain: typeof session.lookAtDomain = async (query, signal) => ({
			...(await session.lookAtDomain(query, signal)),
			aliases: [],
		});
		const { plan, result } = await deploy({ ...session, lookAtDomain }, await asked(flags), { dryRun });
		return { notes: plan.facts.join('\n'), replaced: result?.dns_replaced, host };
	};
	return { zone, run };
}

describe('a deploy that may write to Route 53', () => {
	test('names each record, its present value and the new one in its plan, and changes nothing by showing them', async () => {
		const { zone, run } = await opened(address('192.0.2.1'));
		const { notes } = await run({}, { route53: true }, true);
		expect(notes).toContain('Records of the Route 53 zone example.com');
		expect(notes).toContain(`${DOMAIN} A: 192.0.2.1 (TTL 300) → alias of the load balancer`);
		expect(notes).toContain(`${DOMAIN} AAAA: none → alias of the load balancer`);
		expect(zone.records.get(`${DOMAIN}. A`)).toEqual(address('192.0.2.1'));
	});

	test('promises no replacement of a CNAME, beside which Route 53 takes no address', async () => {
		const { run } = await opened(address('old.example.net.', { Type: 'CNAME' }));
		const { notes } = await run({}, { route53: true }, true);
		expect(notes).toContain(
			`${DOMAIN} A: CNAME old.example.net (TTL 300) → alias of the load balancer (stays: Route 53 takes no record beside it)`,
		);
	});

	test('names the load balancer that is there, and a record that is as it should be', async () => {
		const { run } = await opened();
		await run();
		expect((await run()).notes).toMatch(/shop\.example\.com A: alias of (\S+) → alias of \1 \(as it is\)/);
	});

	test('tells the old value in its result, so that it can be put back', async () => {
		const { zone, run } = await opened(address('192.0.2.1'));
		const { replaced } = await run();
		expect(replaced).toBe(`${DOMAIN} A 192.0.2.1 (TTL 300)`);
		expect(zone.records.get(`${DOMAIN}. A`)?.AliasTarget).toBeDefined();
		expect((await run()).replaced).toBeUndefined();
	});

	test('says in the plan that it may not read them, and writes all the same', async () => {
		const { zone, run } = await opened(address('192.0.2.1'));
		const { notes, replaced } = await run({ faults: [denied('route53.listResourceRecordSets')] });
		expect(notes).toContain('A: its present value cannot be read (right route53:ListResourceRecordSets) → alias of');
		expect(replaced).toBeUndefined();
		expect(zone.records.get(`${DOMAIN}. A`)?.AliasTarget).toBeDefined();
	});

	test('says in the plan that it may not look at the zones', async () => {
		const { run } = await opened();
		const { notes } = await run({ faults: [denied('route53.listHostedZonesByName')] });
		expect(notes).toContain('route53:ListHostedZonesByName');
	});

	test('leaves a record alone that became another one since the plan', async () => {
		const { zone, run } = await opened(address('192.0.2.1'));
		const { host, replaced } = await run({
			before: ({ call }) => {
				if (call === 'ecs.createService') zone.records.set(`${DOMAIN}. A`, address('192.0.2.2'));
			},
		});
		expect(host.text()).toContain('Route 53 was changed since the plan');
		expect([...zone.records.values()]).toEqual([address('192.0.2.2')]);
		expect(replaced).toBeUndefined();
	});

	test.each<[string, readonly Fault[]]>([
		['no zone answered for it', []],
		['the zones could not be looked at', [{ call: 'route53.listHostedZonesByName', nth: 1, kind: 'access-denied' }]],
	])(
		'writes no record where the plan has said so, since %s, although one does by the time it would',
		async (_, faults) => {
			const { run } = await opened();
			const { zones } = account.world;
			zones.all.length = 0;
			const { notes, replaced, host } = await run({
				faults,
				before: ({ call }) => {
					if (call !== 'ecs.createService' || zones.all.length > 0) return;
					zones.add('example.com').records.set(`${DOMAIN}. A`, address('192.0.2.1'));
				},
			});
			expect(notes).toContain('no record is written');
			expect(host.messages).toContainEqual({ level: 'warning', text: notes.split('\n').at(-1) });
			expect([...(zones.all[0]?.records.values() ?? [])]).toEqual([address('192.0.2.1')]);
			expect(replaced).toBeUndefined();
		},
	);

	test('succeeds where the zone is gone by then', async () => {
		const { run } = await opened();
		const { host, replaced } = await run({
			before: ({ call }) => {
				if (call === 'ecs.createService') account.world.zones.all.length = 0;
			},
		});
		expect(host.text()).toContain('Route 53 did not take an alias');
		expect(replaced).toBeUndefined();
	});

	test('leaves what stands at the name of a validation record that the plan could not know', async () => {
		const { standing, run } = await validated('somebody.else.example.net.');
		await expect(run()).rejects.toMatchObject({ code: 'certificate-pending' });
		expect(account.world.zones.all[0]?.records.get(`${standing.Name} CNAME`)).toEqual(standing);
	});

	test('takes a validation record that stands there with another TTL for written', async () => {
		const { standing, run } = await validated(`_${LABEL}.acm-validations.aws.`);
		expect((await run()).replaced).toBeUndefined();
		expect(account.world.zones.all[0]?.records.get(`${standing.Name} CNAME`)).toEqual(standing);
	});

	/** A deploy that requests its certificate, in whose zone this CNAME stands at the name that ACM will choose. */
	async function validated(Value: string) {
		const { zone, run } = await opened();
		account.world.certificates.all.clear();
		const standing = { Name: `_${LABEL}.${DOMAIN}.`, Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value }] };
		zone.records.set(`${standing.Name} CNAME`, standing);
		return { standing, run };
	}

	test('replaces nothing but what it has read, also when it slept in between', async () => {
		const { zone, run } = await opened(address('192.0.2.1'));
		const { host } = await run({
			before: ({ call }) => {
				if (call === 'route53.changeResourceRecordSets') zone.records.set(`${DOMAIN}. A`, address('192.0.2.2'));
			},
		});
		expect(host.text()).toContain('do not match the current values');
		expect([...zone.records.values()]).toEqual([address('192.0.2.2')]);
	});

	test('takes no part of records with a routing policy', async () => {
		const weighted = address('192.0.2.1', { SetIdentifier: 'one', Weight: 1 });
		const { zone, run } = await opened(weighted);
		expect((await run()).host.text()).toContain('records with a routing policy stand there');
		expect([...zone.records.values()]).toEqual([weighted]);
	});
});

test('a person is told what stands there before agreeing', async () => {
	const { zone, run } = await opened(address('192.0.2.1'));
	const { host } = await run({ answers: [true, 'write'] }, {});
	const question = host.questions.find(({ text }) => text.includes('Route 53'));
	expect(question?.text).toContain(`${DOMAIN} A: 192.0.2.1 (TTL 300) → alias of `);
	expect(zone.records.get(`${DOMAIN}. A`)?.AliasTarget).toBeDefined();
});

test('records are found on later pages, under escaped names, and not beyond their name', async () => {
	account = await openAccount();
	const { zones, aws } = account.world;
	const zone = zones.add('example.com');
	const put = (Name: string, Type: 'A' | 'AAAA' | 'TXT') =>
		zone.records.set(`${Name} ${Type}`, { Name, Type, TTL: 60, ResourceRecords: [{ Value: `"${Name}${Type}"` }] });
	for (const type of ['A', 'AAAA', 'TXT'] as const) put('*.example.com.', type);
	put('a.example.com.', 'A');
	put('z.example.com.', 'A');
	zones.pageSize = 1;
	const calls: string[] = [];
	const listResourceRecordSets: typeof aws.route53.listResourceRecordSets = (input) => {
		calls.push(`${input.StartRecordName} ${input.StartRecordType ?? ''}`);
		return aws.route53.listResourceRecordSets(input);
	};
	const wanted = { Name: '*.Example.com', Type: 'A' as const };
	const [change] = await readChanges({ route53: { ...aws.route53, listResourceRecordSets } }, zone, [wanted]);
	expect(change?.present?.map((one) => `${one.Name} ${one.Type}`)).toEqual([
		'\\052.example.com. A',
		'\\052.example.com. AAAA',
		'\\052.example.com. TXT',
	]);
	expect(calls).toHaveLength(3);
});
