import type { ServiceUsage } from '../platform/usage.ts';

/** List prices in USD a minute, as Railway's documentation has them ($20 a vCPU and $10 a GB a month). */
const VCPU_MINUTE = 0.000463;
const GIGABYTE_MINUTE = 0.000231;

/** USD an hour, in tenths of a cent: of memory and CPU, without egress and volumes, and before what a plan includes. */
export function hourlyUsageCost({ vcpus, memoryGb }: ServiceUsage): number {
	return Math.round((vcpus * VCPU_MINUTE + memoryGb * GIGABYTE_MINUTE) * 60 * 1_000) / 1_000;
}
