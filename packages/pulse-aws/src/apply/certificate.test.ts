import { afterEach, expect, test } from 'vitest';
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

test('Route 53 is not touched unless the user agrees', async () => {
	account = await openAccount({ certificate: false });
	const zone = account.world.zones.add('example.com');
	const { session, host } = account.connect();
	await expect(deploy(session, await asked())).rejects.toThrow('waits for its DNS records');
	expect(host.questions.map((question) => question.default)).toContain(false);
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
