import { maskUrlPassword } from 'pulse-deploy-kit/secret';
import { originOfDomain } from '../address.ts';
import type { InitConfig } from '../config/init.ts';
import { reference } from '../plan/reference.ts';
import type { Run } from '../steps/run.ts';
import { type ServiceResult, serviceResult } from './service-result.ts';

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

interface InitService extends ServiceResult {
	readonly image: string | null;
	readonly domain: string | null;
	readonly created: true;
}

export function initResult(run: Run, config: InitConfig, showSecrets: boolean): InitResult {
	const { names, redisUrl } = config;
	const service = (name: string, image: string | null): InitService => ({
		...serviceResult(run, name),
		image,
		domain: run.domains.get(name) ?? null,
		created: true,
	});
	const domain = run.domains.get(names.router);
	const url = redisUrl?.reveal() ?? reference(names.redis, 'REDIS_URL');
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
