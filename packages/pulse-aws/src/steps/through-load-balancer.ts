import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Report } from 'pulse-deploy-kit/plan/perform';
import { waitFor } from 'pulse-deploy-kit/wait';
import { AFFINITY_QUERY, META_PATH } from '../protocol.ts';
import { made, type Run } from './run.ts';

/** The load balancer's parts learn of a change one after the other; one right answer proves nothing. */
const IN_A_ROW = 5;
const INTERVALS_MS = [200, 200, 500, 1000, 2000];
const BUDGET_MS = 180_000;

/** A name that was just made takes a while to resolve; hence the same budget for both. */
export async function verifyAffinity(run: Run, signal: AbortSignal, tell: Report): Promise<string | undefined> {
	const path = `${META_PATH}?${AFFINITY_QUERY}=${encodeURIComponent(run.id)}`;
	const { found, untrusted } = await answersRepeatedly(run, path, signal, tell);
	if (untrusted !== null) warnOfCertificate(run, untrusted);
	return found;
}

export async function confirmSwitch(run: Run, signal: AbortSignal, tell: Report): Promise<string | undefined> {
	return (await answersRepeatedly(run, META_PATH, signal, tell)).found;
}

async function answersRepeatedly(run: Run, path: string, signal: AbortSignal, tell: Report) {
	const { clock, frontDoor } = run.session;
	const door = frontDoor(made(run.baseline, 'the baseline').albDnsName, run.request?.domain ?? null);
	let inARow = 0;
	let last = 'nothing';
	let reached = false;
	let untrusted: string | null = null;
	const check = async () => {
		try {
			const { status, body, ...answer } = await door.get(path, signal);
			reached = true;
			untrusted = answer.untrusted;
			const id = deploymentIdOf(body);
			inARow = status === 200 && id === run.id ? inARow + 1 : 0;
			last = id === null ? `status ${status} without a deployment id` : `status ${status} of ${id}`;
		} catch (error) {
			signal.throwIfAborted();
			inARow = 0;
			last = error instanceof Error ? error.message : String(error);
		}
		tell(`got ${last}`);
		return inARow >= IN_A_ROW ? true : undefined;
	};
	try {
		await waitFor({
			what: `${run.id} to answer ${path}`,
			budgetMs: BUDGET_MS,
			intervalsMs: INTERVALS_MS,
			clock,
			signal,
			check,
		});
		return { found: `${IN_A_ROW} right answers in a row`, untrusted };
	} catch (cause) {
		signal.throwIfAborted();
		if (!reached && (run.request?.network.allowedCidrs ?? run.baseline?.allowedCidrs ?? []).length > 0) {
			// The allowed ranges need not include the machine that deploys.
			run.session.host.notify({
				level: 'warning',
				text: `The load balancer cannot be reached from here (${last}); whether ${run.id} answers was not checked.`,
			});
			run.unreachable = true;
			return { found: 'not checked', untrusted };
		}
		throw new DeployToolError('wrong-answer', `${run.id} does not answer through the load balancer.`, {
			fault: reached ? 'app' : 'platform',
			detail: `Asked for ${path}, the last answer was: ${last}.`,
			next: reached
				? 'Check that the app has AWSECSPlugin among its plugins and listens on port 8000.'
				: 'Check that this machine can reach the load balancer, then run the same command again.',
			cause,
		});
	}
}

/** A proxy in front may well have a certificate of its own; Cloudflare issues such for load balancers that only it asks. */
function warnOfCertificate({ session: { host }, request }: Run, why: string): void {
	if (request === null) return;
	const text = `Browsers that reach the load balancer itself will not trust its certificate for ${request.domain} (${why}). Behind a proxy that may be right; else choose another with --certificate-arn.`;
	host.notify({ level: 'warning', text });
}

/** `null` when the body is not the meta document of our plugin. */
export function deploymentIdOf(body: string): string | null {
	try {
		const meta: unknown = JSON.parse(body);
		const id = typeof meta === 'object' && meta !== null && 'deployment_id' in meta ? meta.deployment_id : null;
		return typeof id === 'string' ? id : null;
	} catch {
		return null;
	}
}
