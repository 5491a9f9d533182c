import type { DeploymentActivity } from '../deployments/store.ts';

/** Where nothing was asked, nothing failed. */
export function failuresOf(activity: DeploymentActivity | null): number | null {
	const { requestRate = 0, failureRate } = activity ?? {};
	if (failureRate === undefined) return requestRate > 0 ? null : 0;
	return tenths(failureRate);
}

export const tenths = (rate: number): number => Math.round(rate * 10) / 10;
