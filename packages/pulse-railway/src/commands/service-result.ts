import type { Run } from '../steps/run.ts';

/** A stable service after `init` or `upgrade`, keys as scripts know them. */
export interface ServiceResult {
	readonly service_id: string | null;
	readonly service_name: string;
	readonly deployed: boolean;
	readonly deployment_id: string | null;
	readonly status: string | null;
}

export function serviceResult(run: Run, name: string): ServiceResult {
	const deployment = run.deployments.get(name);
	return {
		service_id: run.services.get(name) ?? null,
		service_name: name,
		deployed: deployment !== undefined,
		deployment_id: deployment?.id ?? null,
		status: deployment?.status ?? null,
	};
}
