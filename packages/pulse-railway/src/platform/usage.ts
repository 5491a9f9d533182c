import type { UsageResult } from './operations/usage.ts';

/** What Railway bills, on an average of some time. */
export interface ServiceUsage {
	readonly vcpus: number;
	readonly memoryGb: number;
}

/** Means of what was sampled; a service without both figures is absent. */
export function usageOf(results: readonly UsageResult[]): ReadonlyMap<string, ServiceUsage> {
	const found = new Map<string, Partial<ServiceUsage>>();
	for (const { measurement, tags, values } of results) {
		const id = tags.serviceId;
		if (typeof id !== 'string' || values.length === 0) continue;
		const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
		if (measurement === 'CPU_USAGE') found.set(id, { ...found.get(id), vcpus: mean });
		if (measurement === 'MEMORY_USAGE_GB') found.set(id, { ...found.get(id), memoryGb: mean });
	}
	return new Map([...found].filter((one): one is [string, ServiceUsage] => isWhole(one[1])));
}

function isWhole({ vcpus, memoryGb }: Partial<ServiceUsage>): boolean {
	return vcpus !== undefined && memoryGb !== undefined;
}
