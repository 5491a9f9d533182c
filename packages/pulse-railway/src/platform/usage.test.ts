import { expect, test } from 'vitest';
import { usageOf } from './usage.ts';

const result = (measurement: string, serviceId: string | null, ...values: number[]) => ({
	measurement,
	tags: { serviceId },
	values: values.map((value) => ({ value })),
});

test('usage is the mean of what was sampled, and of a service without both figures it is not known', () => {
	const usage = usageOf([
		result('CPU_USAGE', 'one', 0.1, 0.3),
		result('MEMORY_USAGE_GB', 'one', 0.5),
		result('CPU_USAGE', 'two', 0.1),
		result('CPU_USAGE', 'three', 0),
		result('MEMORY_USAGE_GB', 'three'),
		result('MEMORY_USAGE_GB', null, 1),
	]);
	expect([...usage]).toEqual([['one', { vcpus: 0.2, memoryGb: 0.5 }]]);
});
