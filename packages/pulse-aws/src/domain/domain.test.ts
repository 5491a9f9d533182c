import { expect, test } from 'vitest';
import { type Certificate, chooseCertificate, nameCovers } from './certificate-choice.ts';
import { zoneFor } from './hosted-zone.ts';
import { judgeRouting, type RoutingFacts } from './routing.ts';
import { verificationToken } from './verification-token.ts';

const certificate = (arn: string, status: string, names: string[], expiresAt: number | null = null): Certificate => ({
	arn,
	status,
	names,
	expiresAt,
});

test.each([
	['app.example.com', 'app.example.com', true],
	['*.example.com', 'app.example.com', true],
	['*.EXAMPLE.com', 'App.example.com', true],
	['*.example.com', 'a.b.example.com', false],
	['*.example.com', 'example.com', false],
	['example.com', 'app.example.com', false],
	['*.com', 'example.org', false],
])('A2.1: %s covers %s: %s', (name, domain, covers) => expect(nameCovers(name, domain)).toBe(covers));

test('A2.1: an issued certificate comes before a pending one, then the one that lasts longest; ended ones never', () => {
	const domain = 'app.example.com';
	const all = [
		certificate('pending', 'PENDING_VALIDATION', [domain]),
		certificate('short', 'ISSUED', ['x.example.com', domain], 10),
		certificate('long', 'ISSUED', ['*.example.com'], 20),
		certificate('failed', 'FAILED', [domain], 99),
		certificate('other', 'ISSUED', ['example.com'], 99),
	];
	expect(chooseCertificate(all, domain)?.arn).toBe('long');
	expect(chooseCertificate(all.slice(0, 1), domain)?.arn).toBe('pending');
	expect(chooseCertificate(all.slice(3), domain)).toBeNull();
});

test('records go to the public zone with the longest suffix', () => {
	const zones = [
		{ id: 'Z1', name: 'example.com.', isPrivate: false },
		{ id: 'Z2', name: 'eu.example.com.', isPrivate: false },
		{ id: 'Z3', name: 'app.eu.example.com.', isPrivate: true },
		{ id: 'Z4', name: 'ple.com.', isPrivate: false },
	];
	expect(zoneFor(zones, 'app.eu.example.com')?.id).toBe('Z2');
	expect(zoneFor(zones, 'example.com')?.id).toBe('Z1');
	expect(zoneFor(zones, 'notexample.com')).toBeNull();
});

const facts = (change: Partial<RoutingFacts>): RoutingFacts => ({
	domain: 'app.example.com',
	loadBalancer: 'prod-alb-1.elb.amazonaws.com',
	aliases: [],
	domainAddresses: ['192.0.2.1'],
	loadBalancerAddresses: ['198.51.100.1', '198.51.100.2'],
	cloudflare: false,
	verification: null,
	...change,
});

test.each<[string, Partial<RoutingFacts>, boolean, boolean]>([
	[
		'an alias chain to the load balancer',
		{ aliases: ['www.example.net.', 'PROD-alb-1.elb.amazonaws.com.'] },
		true,
		false,
	],
	['a shared address', { domainAddresses: ['192.0.2.1', '198.51.100.2'] }, true, false],
	['no address', { domainAddresses: [] }, false, false],
	['other addresses', {}, false, false],
	['an unresolvable load balancer', { loadBalancerAddresses: [] }, false, false],
	['Cloudflare, verified', { cloudflare: true, verification: 'matches' }, true, true],
	['Cloudflare, another origin', { cloudflare: true, verification: 'differs' }, false, true],
	['Cloudflare, no answer', { cloudflare: true, verification: 'unreachable' }, false, true],
	['another proxy, verified', { verification: 'matches' }, true, true],
	['another server that answers', { verification: 'differs' }, false, false],
])('A9.1, A9.2: %s', (_, change, ready, proxied) =>
	expect(judgeRouting(facts(change))).toMatchObject({ ready, proxied }),
);

test('A9.2: the verification token depends on every part and never on a load balancer name', () => {
	const parts = { name: 'prod', account: '123456789012', region: 'eu-west-1', salt: 'abc' };
	const token = verificationToken(parts);
	expect(token).toMatch(/^[0-9a-f]{16}$/);
	const others = [{ name: 'x' }, { account: '1' }, { region: 'us-east-1' }, { salt: 'b' }];
	expect(new Set(others.map((other) => verificationToken({ ...parts, ...other }))).add(token).size).toBe(5);
});
