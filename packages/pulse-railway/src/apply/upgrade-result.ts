import { originOfDomain } from '../config/address.ts';
import type { StackNames } from '../config/names.ts';
import type { Run } from './run.ts';

export interface UpgradeResult {
	readonly changed: boolean;
	readonly router: UpgradedService;
	readonly janitor: UpgradedService;
	readonly server_address: string | null;
}

interface UpgradedService {
	readonly service_id: string | null;
	readonly service_name: string;
	readonly deployed: boolean;
	readonly deployment_id: string | null;
	readonly status: string | null;
}

export function upgradeResult(run: Run, names: StackNames): UpgradeResult {
	const service = (name: string): UpgradedService => ({
		service_id: run.services.get(name) ?? null,
		service_name: name,
		deployed: run.deployments.has(name),
		deployment_id: run.deployments.get(name)?.id ?? null,
		status: run.deployments.get(name)?.status ?? null,
	});
	const domain = run.domains.get(names.router);
	return {
		changed: run.deployments.size > 0,
		router: service(names.router),
		janitor: service(names.janitor),
		server_address: domain === undefined ? null : originOfDomain(domain),
	};
}
