import type { Fault } from 'aws-world/calls/fault';
import type { CallName } from 'aws-world/calls/handlers';
import { afterEach, describe, expect, test } from 'vitest';
import { readCertificates } from '../platform/certificates.ts';
import { deploy } from './deploy.ts';
import { type Account, asked, DOMAIN, openAccount } from './testing/account.ts';

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

test('A2.2: without anybody to ask, a new certificate ends the deploy with its records; the next run goes on with it', async () => {
	account = await openAccount({ certificate: false });
	const first = account.connect();
	const error = await deploy(first.session, await asked()).catch((thrown) => thrown);
	expect(error).toMatchObject({ code: 'certificate-pending', detail: expect.stringContaining('acm-validations.aws') });
	expect(first.host.text()).toContain(`🔗 Configure DNS for ${DOMAIN}`);
	expect(first.trace.records.map(({ call }) => call)).not.toContain('baseline.deploy');

	const [name = '', , value = ''] = error.detail.split(' ');
	account.world.zones.addElsewhere(name, 'CNAME', value);
	await account.world.clock.sleep(120_000);
	const { result } = await deploy(account.connect().session, await asked());
	expect(result?.certificate_arn).toBe([...account.world.certificates.all.keys()][0]);
	expect(account.world.certificates.all.size).toBe(1);
});

test('A2.2: with --route53 the validation record and the alias are written, and the deploy waits for both', async () => {
	account = await openAccount({ certificate: false });
	account.world.zones.add('example.com', true);
	const zone = account.world.zones.add('example.com');
	const { session, host } = account.connect();
	const lookAtDomain: typeof session.lookAtDomain = async (query, signal) => ({
		...(await session.lookAtDomain(query, signal)),
		aliases: zone.records.has(`${DOMAIN}. A`) ? [query.loadBalancer] : [],
	});
	const { result } = await deploy({ ...session, lookAtDomain }, await asked({ route53: true }));
	expect(result?.domain_ready).toBe('True');
	expect([...zone.records.keys()].sort()).toEqual([
		expect.stringMatching(/^_\w+\.shop\.example\.com\. CNAME$/),
		`${DOMAIN}. A`,
		`${DOMAIN}. AAAA`,
	]);
	expect(host.questions.filter((question) => question.text.includes('Route 53'))).toEqual([]);
});

describe('A9.3: a domain that does not lead to the load balancer yet', () => {
	/** A deploy of an account whose certificate is there; what it told, and whether the domain was taken for ready. */
	async function deployed(faults: readonly Fault[] = [], flags = {}) {
		account ??= await openAccount();
		const { session, host } = account.connect({ faults });
		const lookAtDomain: typeof session.lookAtDomain = async (query, signal) => ({
			...(await session.lookAtDomain(query, signal)),
			aliases: [],
		});
		const { result } = await deploy({ ...session, lookAtDomain }, await asked(flags));
		return { ready: result?.domain_ready, text: host.text() };
	}
	const denied = (call: CallName): Fault => ({ call, nth: 1, times: 9, kind: 'access-denied' });

	test('is told by credentials that may not look at Route 53, and the deploy has succeeded', async () => {
		const { ready, text } = await deployed([denied('route53.listHostedZonesByName')]);
		expect(ready).toBe('False');
		expect(text).toContain(`${DOMAIN} CNAME `);
	});

	test('is told with --route53 where no zone is here, or the record is not taken', async () => {
		expect((await deployed([], { route53: true })).text).toContain('No public Route 53 zone here');
		const zone = account?.world.zones.add('example.com');
		const old = {
			Name: `${DOMAIN}.`,
			Type: 'CNAME' as const,
			TTL: 300,
			ResourceRecords: [{ Value: 'old.example.net' }],
		};
		zone?.records.set(`${DOMAIN}. CNAME`, old);
		const clash = await deployed([], { route53: true });
		expect(clash).toMatchObject({ ready: 'False', text: expect.stringContaining('conflicts with other records') });
		expect([...(zone?.records.keys() ?? [])]).toEqual([`${DOMAIN}. CNAME`]);
	});

	test('is written to Route 53 also by credentials that may not watch it', async () => {
		account = await openAccount();
		const zone = account.world.zones.add('example.com');
		await deployed([denied('route53.getChange')], { route53: true });
		expect([...zone.records.keys()]).toEqual([`${DOMAIN}. A`, `${DOMAIN}. AAAA`]);
	});
});

test('A2.2: a domain, or a certificate, that visitors do not come by is asked for before it takes the place of theirs', async () => {
	account = await openAccount();
	const on = account;
	const told =
		'Visitors are served as shop.example.com; with the certificate of shpo.example.com their browsers refuse that.';
	await deploy(on.connect().session, await asked());
	const typo = on.world.certificates.add(['shpo.example.com']);
	const both = on.world.certificates.add(['new.example.com', DOMAIN]);
	const trying = async (flags: Readonly<Record<string, unknown>>, answers: boolean[] = []) => {
		const { session, host } = on.connect({ answers });
		const ended = await deploy(session, await asked(flags)).then(
			({ result }) => result?.certificate_arn,
			(error) => error.code,
		);
		return [ended, host.questions.filter(({ text }) => text.includes('Visitors are served as')).length];
	};
	const dry = await deploy(on.connect().session, await asked({ domain: 'shpo.example.com' }), { dryRun: true });
	expect(dry.plan.warnings).toEqual([told]);
	// The other certificate is named, not the domain that it does not cover; and it was typed, whatever remembers the domain.
	for (const domainFrom of [undefined, '.pulse/aws.json']) {
		const request = { ...(await asked({ certificateArn: typo })), ...(domainFrom === undefined ? {} : { domainFrom }) };
		const { plan } = await deploy(on.connect().session, request, { dryRun: true });
		expect(plan.warnings).toEqual([told]);
	}
	// In a CI each question gets its default.
	expect(await trying({ domain: 'shpo.example.com' })).toEqual(['cancelled', 1]);
	expect(await trying({ domain: 'shpo.example.com', certificateArn: typo })).toEqual(['cancelled', 1]);
	expect(await trying({ certificateArn: typo })).toEqual(['cancelled', 1]);
	// What serves the present one as well takes nothing away.
	expect(await trying({ domain: 'new.example.com' })).toEqual([both, 0]);
	expect(await trying({ domain: 'shpo.example.com' }, [true])).toEqual([typo, 1]);
});

test('--yes alone writes no record: one that is live may stand there', async () => {
	account = await openAccount({ certificate: false });
	const zone = account.world.zones.add('example.com');
	const { session, host } = account.connect({ answers: Array<boolean>(10).fill(true) });
	await expect(deploy(session, await asked())).rejects.toThrow();
	expect(host.questions.map((question) => question.text).join()).toContain('Route 53');
	expect(zone.records.size).toBe(0);
});

test('Route 53 is not touched unless the user agrees', async () => {
	account = await openAccount({ certificate: false });
	const zone = account.world.zones.add('example.com');
	const { session, host } = account.connect();
	await expect(deploy(session, await asked())).rejects.toThrow('waits for its DNS records');
	expect(host.questions.map((question) => question.default)).toContain('skip');
	expect(zone.records.size).toBe(0);
});

test('A2.2: with a person the deploy waits for Enter, then for the certificate', async () => {
	account = await openAccount({ certificate: false });
	const { session, host } = account.connect();
	const { world } = account;
	const choose: typeof host.choose = async (question) => {
		expect(question).toMatchObject({ answers: { wait: [''] }, default: 'cancel' });
		const [name = '', , value = ''] = host.text().split('\n').at(-1)?.split(' ') ?? [];
		world.zones.addElsewhere(name, 'CNAME', value);
		return Object.keys(question.answers)[0] as never;
	};
	const { result } = await deploy({ ...session, host: { ...host, choose } }, await asked());
	expect(result?.certificate_arn).toBe([...world.certificates.all.keys()][0]);
});

test('A2.2: a certificate that fails ends the wait, with the reason', async () => {
	account = await openAccount({ certificate: false });
	const { certificates } = account.world;
	const { session } = account.connect({
		answers: [true, true],
		before: ({ call }) => {
			const [arn] = certificates.all.keys();
			if (call === 'acm.describeCertificate' && arn !== undefined) certificates.set(arn, 'FAILED', 'CAA_ERROR');
		},
	});
	const error = await deploy(session, await asked()).catch((thrown) => thrown);
	expect(error).toMatchObject({ code: 'certificate-failed', detail: 'ACM says: CAA_ERROR' });
});

test('A2.1: elliptic certificates are found too', async () => {
	account = await openAccount({ certificate: false });
	const arn = account.world.certificates.add(['*.example.com'], 'ISSUED', 'EC_prime256v1');
	expect((await readCertificates(account.world.aws)).map((one) => one.arn)).toEqual([arn]);
});
