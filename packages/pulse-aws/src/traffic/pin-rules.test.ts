import { matchesRule } from 'aws-world/balancer/match';
import { validateConditions } from 'aws-world/elb/validate-rule';
import { describe, expect, test } from 'vitest';
import { pinRules } from './pin-rules.ts';
import { conditionsText, ruleOf } from './rule.ts';

/** The longest that a deployment name can be. */
const ID = `${'a'.repeat(28)}-20260402-120000Z`;
const TAB = { affinity: 'tab' } as const;
const SESSION = { affinity: 'session' } as const;

const pins = (headers: Record<string, string>, url = '/', container: typeof TAB | typeof SESSION = TAB) =>
	pinRules(ID, container).some(({ conditions }) => matchesRule(conditions, { method: 'GET', url, headers }));

test('A6.4: a Pulse app has the one rule that it always had', () => {
	expect(JSON.stringify(pinRules('shop-20260402-120000Z', null))).toBe(
		'[{"conditions":[{"Field":"query-string","QueryStringConfig":{"Values":[{"Key":"pulse_deployment","Value":"shop-20260402-120000Z"}]}}],"from":100}]',
	);
});

describe('a container app (C1.2)', () => {
	test.each([
		['pulse_deployment in the query', '/a?x=1&pulse_deployment='],
		['Next.js’s query', '/_next/a.js?dpl='],
	])('is asked by %s', (_, url) => {
		expect(pins({}, url + ID)).toBe(true);
		expect(pins({}, `${url}another`)).toBe(false);
	});

	test.each(['x-pulse-deployment', 'x-deployment-id'])('is asked by the header %s', (name) => {
		expect(pins({ [name]: ID })).toBe(true);
		expect(pins({ [name]: `${ID}x` })).toBe(false);
	});

	const PARTS =
		'audio audioworklet empty fencedframe font frame iframe image json manifest paintworklet script serviceworker sharedworker style track video webidentity websocket worker';

	test.each(PARTS.split(' '))('a %s of its page is asked of it by the cookie', (dest) => {
		const cookie = `theme=dark; pulse_page=${ID}; pulse.sid=1`;
		expect(pins({ cookie, 'sec-fetch-dest': dest })).toBe(true);
		expect(pins({ cookie: `pulse_page=${ID.replace('a', 'b')}`, 'sec-fetch-dest': dest })).toBe(false);
	});

	test('a new document, and what does not say what it is, goes to the newest, whatever cookie and referrer say', () => {
		const told = { cookie: `pulse_page=${ID}`, referer: `https://shop.example.com/?pulse_deployment=${ID}` };
		expect(pins({ ...told, 'sec-fetch-dest': 'document' })).toBe(false);
		expect(pins(told)).toBe(false);
	});

	test('a part of a pinned frame or worker is asked of it by the referrer', () => {
		const referer = `https://shop.example.com/worker.js?pulse_deployment=${ID}`;
		expect(pins({ referer, 'sec-fetch-dest': 'script' })).toBe(true);
		expect(pins({ referer, 'sec-fetch-dest': 'empty' })).toBe(true);
	});

	test('with affinity session the cookie asks for documents, too (C1.17)', () => {
		expect(pins({ cookie: `pulse_page=${ID}`, 'sec-fetch-dest': 'document' }, '/', SESSION)).toBe(true);
		expect(pins({ cookie: `pulse_page=${ID}` }, '/', SESSION)).toBe(true);
	});

	test('stays within what a rule may hold, with the longest name', () => {
		for (const container of [TAB, SESSION]) {
			for (const { conditions } of pinRules(ID, container))
				expect(validateConditions(conditions)).toHaveLength(conditions.length);
		}
		expect([TAB, SESSION].map((container) => pinRules(ID, container).length)).toEqual([6, 5]);
	});

	test('what a request says itself comes before its referrer, and that before the cookie, across deployments', () => {
		const firsts = pinRules(ID, TAB).map(({ from }) => from);
		expect(firsts).toEqual([100, 100, 100, 20_000, 30_000, 30_000]);
	});

	test('each of its rules is known as its own again', () => {
		for (const { conditions } of pinRules(ID, TAB)) {
			const told = conditions.map((condition) => ({ ...condition, Values: [] })).reverse();
			expect(ruleOf({ Priority: '7', Conditions: told }).deploymentId).toBe(ID);
			expect(conditionsText(told)).toBe(conditionsText(conditions));
		}
		const texts = pinRules(ID, TAB).map(({ conditions }) => conditionsText(conditions));
		expect(new Set(texts).size).toBe(texts.length);
	});

	test('a rule of the user’s own on such a header is nobody’s', () => {
		const header = (HttpHeaderName: string, ...Values: string[]) =>
			ruleOf({ Conditions: [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName, Values } }] }).deploymentId;
		expect(header('x-deployment-id', 'canary')).toBeNull();
		expect(header('cookie', '*beta=1*')).toBeNull();
		expect(header('x-pulse-deployment', ID, 'other')).toBeNull();
		expect(header('host', ID)).toBeNull();
	});
});
