import { resolve } from 'node:path';
import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { inSession, type PlaceOptions } from './api.ts';
import { parseDomain } from './config/domain.ts';
import { deploymentName } from './deployments/names.ts';

/** Of `doctor`. */
export interface DoctorOptions extends PlaceOptions {
	/** Default: the one that the load balancer's certificate is for. */
	readonly domain?: string;
	/** File to which what was measured is written as well, without names, ids, addresses and secrets. Default: none. */
	readonly report?: string;
}

/** `pulse-aws doctor`: what would break a deploy, and what to do; changes nothing. `ok` is false where the command ends with 1. */
export function doctor(options: DoctorOptions) {
	const { domain, report } = options;
	const request = {
		deploymentName: deploymentName(options.deploymentName),
		domain: domain === undefined ? null : parseDomain(domain),
		report: report === undefined ? undefined : resolve(report),
	};
	return inSession(options, async (session) => {
		const { doctor } = await import('./commands/doctor.ts');
		return camelCased(await doctor(session, request));
	});
}
