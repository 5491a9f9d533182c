import { expect, test } from 'vitest';
import { newDeploymentId } from './id.ts';
import { deploymentName } from './names.ts';
import { targetGroupName } from './target-group-name.ts';

const AT = Date.UTC(2026, 3, 2, 12, 0, 5);

test('A1.7: an id is the deployment name and the UTC second', () => {
	expect(newDeploymentId('prod', AT, [])).toBe('prod-20260402-120005Z');
});

test('A1.7, A6.1: a second deploy within the same second gets the next one, whatever the case of the taken id', () => {
	expect(newDeploymentId('prod', AT, ['PROD-20260402-120005z', 'prod-20260402-120006Z'])).toBe('prod-20260402-120007Z');
});

test.each([
	['  Prod ', 'prod'],
	['shop-staging-2', 'shop-staging-2'],
	['a'.repeat(28), 'a'.repeat(28)],
])('%j names a deployment', (raw, name) => expect(deploymentName(raw)).toBe(name));

test.each([
	['', 'is required'],
	['a_b', 'letters, digits and hyphens'],
	['1a', 'start with a letter'],
	['a-', 'hyphen'],
	['a--b', 'hyphen'],
	['internal-x', 'internal-'],
	['a'.repeat(29), '28'],
])('%j is refused and told why', (raw, part) => expect(() => deploymentName(raw)).toThrow(part));

test('A6.2: target group names fit 32 characters, are stable, and differ where only the end of the id differs', () => {
	const long = 'a'.repeat(28);
	const names = ['20260402-120005Z', '20260402-120006Z'].map((stamp) => targetGroupName(`${long}-${stamp}`));
	expect(new Set(names).size).toBe(2);
	for (const name of names) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]$/);
	expect(targetGroupName('prod-20260402-120005Z')).toBe('prod-20260402-120005Z-b14edd87');
});
