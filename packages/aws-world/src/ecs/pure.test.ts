import { expect, test } from 'vitest';
import { isFargateSize } from './fargate-sizes.ts';
import { breakerThreshold } from './rollout.ts';

test.each([
	['256', '512', true],
	['256', '1536', false],
	['512', '512', false],
	['512', '4096', true],
	['1024', '8192', true],
	['1024', '2560', false],
	['4096', '30720', true],
	['8192', '18432', false],
	['8192', '20480', true],
	['300', '1024', false],
	[undefined, '512', false],
] as const)('%s CPU units with %s MiB: %s', (cpu, memory, valid) => {
	expect(isFargateSize(cpu, memory)).toBe(valid);
});

test.each([
	[0, 3],
	[1, 3],
	[6, 3],
	[7, 4],
	[100, 50],
	[1_000, 200],
])('the breaker of %i tasks trips at %i failures', (desired, threshold) => {
	expect(breakerThreshold(desired)).toBe(threshold);
});
