import { originOfDomain } from '../address.ts';
import type { StackNames } from '../stack/names.ts';
import type { Run } from '../steps/run.ts';
import { type ServiceResult, serviceResult } from './service-result.ts';

export interface UpgradeResult {
	readonly changed: boolean;
	readonly router: ServiceResult;
	readonly janitor: ServiceResult;
	readonly server_address: string | null;
}

export function upgradeResult(run: Run, names: StackNames): UpgradeResult {
	const domain = run.domains.get(names.router);
	return {
		changed: run.deployments.size > 0,
		router: serviceResult(run, names.router),
		janitor: serviceResult(run, names.janitor),
		server_address: domain === undefined ? null : originOfDomain(domain),
	};
}
