import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { FrontDoor, Session } from '../adapters/session.ts';
import { AFFINITY_QUERY, META_PATH } from '../protocol.ts';
import { existing } from '../stack/read-baseline.ts';
import { deploymentIdOf } from '../steps/through-load-balancer.ts';

export interface VerifyRequest {
	readonly deploymentName: string;
	readonly domain: string | null;
	readonly healthPath: string;
}

export interface VerifyResult {
	readonly ok: boolean;
	readonly load_balancer: string;
	readonly checks: readonly { readonly path: string; readonly ok: boolean; readonly found: string }[];
	/** Command lines to try by hand. */
	readonly samples: readonly string[];
}

/** Asks the load balancer the way browsers do: root, health, and each running deployment under its own id. */
export async function verify(session: Session, request: VerifyRequest): Promise<VerifyResult> {
	const { outputs, fleet } = await existing(session, request.deploymentName);
	const running = fleet.deployments.filter((one) => one.running > 0);
	if (running.length === 0) {
		throw new DeployToolError('no-deployments', `No deployment of '${request.deploymentName}' is running.`, {
			fault: 'user',
			next: 'Run pulse-aws deploy.',
		});
	}
	const door = session.frontDoor(outputs.albDnsName, request.domain);
	const checks: VerifyResult['checks'][number][] = [
		await check(door, '/', session.signal, (status) => status < 500),
		await check(door, request.healthPath, session.signal, (status) => status === 200),
	];
	for (const { id } of running) {
		const path = `${META_PATH}?${AFFINITY_QUERY}=${encodeURIComponent(id)}`;
		checks.push(
			await check(door, path, session.signal, (status, body) => status === 200 && deploymentIdOf(body) === id),
		);
	}
	const origin = `https://${request.domain ?? outputs.albDnsName}`;
	return {
		ok: checks.every((one) => one.ok),
		load_balancer: outputs.albDnsName,
		checks,
		samples: checks.map((one) => `curl -i '${origin}${one.path}'`),
	};
}

async function check(
	door: FrontDoor,
	path: string,
	signal: AbortSignal,
	right: (status: number, body: string) => boolean,
): Promise<VerifyResult['checks'][number]> {
	try {
		const { status, body } = await door.get(path, signal);
		const id = deploymentIdOf(body);
		return { path, ok: right(status, body), found: id === null ? `status ${status}` : `status ${status} of ${id}` };
	} catch (error) {
		signal.throwIfAborted();
		return { path, ok: false, found: error instanceof Error ? error.message : String(error) };
	}
}
