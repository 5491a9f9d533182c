import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AwsWorld, createAwsWorld } from '../world.ts';

let world: AwsWorld;
beforeEach(async () => {
	world = await createAwsWorld();
});
afterEach(() => world.close());

const request = (DomainName: string, more = {}) =>
	world.aws.acm.requestCertificate({ DomainName, ValidationMethod: 'DNS', ...more });
const describeOne = async (CertificateArn: string) =>
	(await world.aws.acm.describeCertificate({ CertificateArn })).Certificate!;

describe('a requested certificate', () => {
	test('shows its records after a while, and is issued once they resolve', async () => {
		const zone = world.zones.add('example.com');
		const { CertificateArn } = await request('example.com', { SubjectAlternativeNames: ['*.example.com'] });
		expect((await describeOne(CertificateArn!)).DomainValidationOptions?.[0]).not.toHaveProperty('ResourceRecord');
		await world.clock.sleep(4_000);
		const certificate = await describeOne(CertificateArn!);
		const [record, other] = certificate.DomainValidationOptions!.map((option) => option.ResourceRecord!);
		expect(other).toEqual(record);
		await world.clock.sleep(600_000);
		expect((await describeOne(CertificateArn!)).Status).toBe('PENDING_VALIDATION');

		const { ChangeInfo } = await world.aws.route53.changeResourceRecordSets({
			HostedZoneId: zone.id,
			ChangeBatch: {
				Changes: [
					{
						Action: 'UPSERT',
						ResourceRecordSet: {
							Name: record!.Name!,
							Type: 'CNAME',
							TTL: 300,
							ResourceRecords: [{ Value: record!.Value! }],
						},
					},
				],
			},
		});
		expect(ChangeInfo?.Status).toBe('PENDING');
		await world.clock.sleep(120_000);
		expect((await world.aws.route53.getChange({ Id: ChangeInfo!.Id! })).ChangeInfo?.Status).toBe('INSYNC');
		expect(await describeOne(CertificateArn!)).toMatchObject({
			Status: 'ISSUED',
			DomainValidationOptions: [{ ValidationStatus: 'SUCCESS' }, { ValidationStatus: 'SUCCESS' }],
		});
	});

	test('is issued by a record that somebody adds at another provider', async () => {
		const { CertificateArn } = await request('shop.test');
		await world.clock.sleep(4_000);
		const { ResourceRecord } = (await describeOne(CertificateArn!)).DomainValidationOptions![0]!;
		world.zones.addElsewhere(ResourceRecord!.Name!, 'CNAME', ResourceRecord!.Value!);
		await world.clock.sleep(120_000);
		expect((await describeOne(CertificateArn!)).Status).toBe('ISSUED');
	});

	test('is given up after three days', async () => {
		const { CertificateArn } = await request('shop.test');
		await world.clock.sleep(72 * 3_600_000 + 60_000);
		expect((await describeOne(CertificateArn!)).Status).toBe('VALIDATION_TIMED_OUT');
	});

	test('is the same one for the same token within an hour', async () => {
		const again = () => request('shop.test', { IdempotencyToken: 'once' }).then((output) => output.CertificateArn);
		const arn = await again();
		expect(await again()).toBe(arn);
		await world.clock.sleep(3_600_000);
		expect(await again()).not.toBe(arn);
	});
});

test('lists show RSA certificates only, unless key types are asked for, in pages', async () => {
	world.certificates.add(['a.test']);
	world.certificates.add(['b.test'], 'ISSUED', 'EC_prime256v1');
	world.certificates.add(['c.test'], 'EXPIRED');
	const names = async (input: object) =>
		(await world.aws.acm.listCertificates(input)).CertificateSummaryList?.map((summary) => summary.DomainName);
	expect(await names({ CertificateStatuses: ['ISSUED'] })).toEqual(['a.test']);
	expect(await names({ Includes: { keyTypes: ['EC_prime256v1', 'RSA_2048'] } })).toEqual([
		'a.test',
		'b.test',
		'c.test',
	]);
	const { NextToken } = await world.aws.acm.listCertificates({ MaxItems: 1 });
	expect(await names({ MaxItems: 1, NextToken })).toEqual(['c.test']);
});

test('hosted zones are listed from a name on, and a batch of changes is all or nothing', async () => {
	world.zones.add('example.com');
	world.zones.add('example.com', true);
	const last = world.zones.add('shop.example.com');
	world.zones.add('example.org');
	const { HostedZones } = await world.aws.route53.listHostedZonesByName({ DNSName: 'shop.example.com' });
	expect(HostedZones?.map((zone) => zone.Name)).toEqual(['shop.example.com.', 'example.org.']);
	const record = (Name: string) => ({ Name, Type: 'CNAME' as const, TTL: 60, ResourceRecords: [{ Value: 'x' }] });
	const change = (...names: string[]) =>
		world.aws.route53.changeResourceRecordSets({
			HostedZoneId: last.id,
			ChangeBatch: { Changes: names.map((name) => ({ Action: 'CREATE', ResourceRecordSet: record(name) })) },
		});
	await expect(change('a.shop.example.com', 'shop.example.com')).rejects.toMatchObject({ name: 'InvalidChangeBatch' });
	expect(last.records.size).toBe(0);
	await expect(change('a.other.com')).rejects.toMatchObject({ name: 'InvalidChangeBatch' });
});
