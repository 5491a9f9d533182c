import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import { type Preview, previewAddress } from 'pulse-deploy-kit/preview';
import type { ObservedService } from '../platform/port.ts';
import type { BaselineFacts } from '../stack/baseline.ts';
import type { Run } from '../steps/run.ts';

/** Keys as scripts know them (contract R7.17); untouched services have no deployment. */
export interface DeployResult {
	readonly backend_deployment_id: string | null;
	readonly backend_image: string | null;
	readonly backend_service_id: string | null;
	readonly backend_service_name: string;
	readonly backend_status: string | null;
	/** What the builder left out. */
	readonly build_warnings: readonly string[];
	/** Percent of new visitors that it gets; `null`: it is active, and gets all of them, or a preview. */
	readonly canary_percent: number | null;
	readonly deployment_id: string;
	readonly dockerfile_path: string;
	readonly janitor_deployment_id: null;
	readonly janitor_image: string | null;
	readonly janitor_service_id: string;
	readonly janitor_service_name: string;
	readonly janitor_status: null;
	/** Only `address` leads there, until then (Unix seconds); `null`: it is none. */
	readonly preview: { readonly name: string; readonly address: string; readonly until: number } | null;
	/** Active before this one, or beside it. */
	readonly previous_deployment_id: string | null;
	readonly router_deployment_id: null;
	readonly router_domain: string | null;
	readonly router_image: string | null;
	readonly router_service_id: string;
	readonly router_service_name: string;
	readonly router_status: null;
	readonly server_address: string;
	readonly source_context: string;
}

export function deployResult(
	run: Run,
	{ router, janitor }: BaselineFacts,
	made: {
		readonly deploymentId: string;
		readonly service: string;
		readonly image: string | null;
		readonly serverAddress: string;
		readonly context: string;
		readonly dockerfile: string;
		readonly previous: string | null;
		readonly canary: CanaryTerms | undefined;
		readonly preview: Preview | undefined;
	},
): DeployResult {
	const backend = run.deployments.get(made.service);
	const image = (service: ObservedService) => service.settings.image ?? null;
	return {
		backend_deployment_id: backend?.id ?? null,
		backend_image: made.image,
		backend_service_id: run.services.get(made.service) ?? null,
		backend_service_name: made.service,
		backend_status: backend?.status ?? null,
		build_warnings: [...run.buildWarnings],
		canary_percent: made.canary === undefined ? null : made.canary.share / 100,
		deployment_id: made.deploymentId,
		dockerfile_path: made.dockerfile,
		janitor_deployment_id: null,
		janitor_image: image(janitor),
		janitor_service_id: janitor.id,
		janitor_service_name: janitor.name,
		janitor_status: null,
		preview:
			made.preview === undefined
				? null
				: {
						name: made.preview.name,
						address: previewAddress(made.serverAddress, made.deploymentId),
						until: made.preview.until / 1000,
					},
		previous_deployment_id: made.previous,
		router_deployment_id: null,
		router_domain: router.service.domains[0]?.domain ?? null,
		router_image: image(router.service),
		router_service_id: router.service.id,
		router_service_name: router.service.name,
		router_status: null,
		server_address: made.serverAddress,
		source_context: made.context,
	};
}
