import { describe, expect, it } from 'vitest';
import { findDeploymentByName, generateDeploymentId, isDeploymentId, parseDeploymentId, slug } from './id.ts';

const AT = Date.UTC(2026, 3, 2, 12, 0, 0);

describe('ids (R1.1)', () => {
	it('are trimmed and lowercased', () => expect(parseDeploymentId(' PROD-1 ')).toBe('prod-1'));
	it('may have 24 characters', () => expect(parseDeploymentId('a'.repeat(24))).toHaveLength(24));
	for (const bad of ['a'.repeat(25), '', '   ', '-a', 'x y', 'ä', 'a_b', 'a\n']) {
		it(`refuse ${JSON.stringify(bad)}`, () => {
			if (bad.trim() === 'a') expect(isDeploymentId(bad)).toBe(false);
			else expect(() => parseDeploymentId(bad)).toThrow('deployment id must match ^[a-z0-9][a-z0-9-]{0,23}$');
		});
	}
});

describe('slugs (R1.3)', () => {
	for (const [name, expected] of [
		['my_app.v2', 'my-app-v2'],
		['---', 'prod'],
		['  Über App ', 'ber-app'],
		['日本', 'prod'],
	]) {
		it(`${name} → ${expected}`, () => expect(slug(name!)).toBe(expected));
	}
});

describe('generated ids (R1.2)', () => {
	it('are the cut slug and the time in UTC', () => {
		expect(generateDeploymentId('Production Main', AT, new Set())).toBe('production-260402-120000');
		expect(generateDeploymentId('my-app-eu-west', AT, new Set())).toBe('my-app-eu-260402-120000');
	});

	it('move on to the next second that is free', () => {
		const taken = new Set<string>();
		for (let deploy = 0; deploy < 3; deploy++) taken.add(generateDeploymentId('prod', AT + 59_000, taken));
		expect([...taken]).toEqual(['prod-260402-120059', 'prod-260402-120100', 'prod-260402-120101']);
	});

	it('are ids', () => {
		for (const name of ['a', 'Production Main', '日本', '-----x', 'abcdefghi-jkl']) {
			expect(isDeploymentId(generateDeploymentId(name, AT, new Set()))).toBe(true);
		}
	});
});

describe('finding by name (R8.2, decision 12)', () => {
	const ids = ['prod-260402-120000', 'prod-eu-260402-120000', 'production-260402-120000', 'blue'];
	it('takes the exact id first', () => expect(findDeploymentByName(' Blue ', ids)).toBe('blue'));
	it('never takes a longer name', () => expect(findDeploymentByName('prod', ids)).toBe('prod-260402-120000'));
	it('finds a name with hyphens', () => expect(findDeploymentByName('prod eu', ids)).toBe('prod-eu-260402-120000'));
	it('cuts the name as ids do', () => {
		expect(findDeploymentByName('Production Main', ids)).toBe('production-260402-120000');
	});
	it('lists what is ambiguous, sorted', () => {
		const two = ['prod-260402-120001', 'prod-260402-120000'];
		expect(() => findDeploymentByName('prod', two)).toThrow(
			'is ambiguous; matches: prod-260402-120000, prod-260402-120001',
		);
	});
	it('says what is missing', () => {
		expect(() => findDeploymentByName('green', ids)).toThrow("deployment 'green' not found");
		expect(() => findDeploymentByName(' ', ids)).toThrow('deployment name is required');
	});
});
