import { maskUrlPassword } from 'pulse-deploy-kit/secret';
import { originOfDomain } from '../config/address.ts';
import type { InitConfig } from '../config/init.ts';
import type { Run } from './run.ts';

/** Keys as scripts know them (contract R5.6). */
export interface InitResult {
	readonly internal_token_created: boolean;
	readonly project_id: string | null;
	readonly environment_id: string | null;
	readonly janitor: InitService;
	/** `null` with an external Redis. */
	readonly redis: InitService | null;
	/** A reference for a managed Redis. The password is masked. */
	readonly redis_url: string;
	readonly router: InitService;
	readonly server_address: string | null;
}

export interface InitService {
	readonly service_id: string | null;
	readonly service_name: string;
	readonly image: string | null;
	readonly domain: string | null;
	readonly created: boolean;
	readonly deployed: boolean;
	readonly deployment_id: string | null;
	readonly status: string | null;
}

export function initResult(run: Run, config: InitConfig, showSecrets: boolean): InitResult {
	const { names, redisUrl } = config;
	const service = (name: string, image: string | null): InitService => ({
		service_id: run.services.get(name) ?? null,
		service_name: name,
		image,
		domain: run.domains.get(name) ?? null,
		created: true,
		deployed: run.deployments.has(name),
		deployment_id: run.deployments.get(name)?.id ?? null,
		status: run.deployments.get(name)?.status ?? null,
	});
	const domain = run.domains.get(names.router);
	const url = redisUrl?.reveal() ?? `\${{${names.redis}.REDIS_URL}}`;
	return {
		internal_token_created: true,
		project_id: run.target?.projectId ?? null,
		environment_id: run.target?.environmentId ?? null,
		janitor: service(names.janitor, config.janitorImage),
		redis: redisUrl === undefined ? service(names.redis, null) : null,
		redis_url: showSecrets ? url : maskUrlPassword(url),
		router: service(names.router, config.routerImage),
		server_address: domain === undefined ? null : originOfDomain(domain),
	};
}
