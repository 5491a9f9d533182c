import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Report } from 'pulse-deploy-kit/plan/perform';
import { waitFor } from 'pulse-deploy-kit/wait';
import { made, type Run } from './run.ts';

/** The load balancer's parts learn of a change one after the other; one right answer proves nothing. */
const IN_A_ROW = 5;
const INTERVALS_MS = [200, 200, 500, 1000, 2000];
/** Of a deployment whose rule has stood for long: who rolls back has no time. */
const STANDING_MS = [50, 50, 50, 50, ...INTERVALS_MS];
const BUDGET_MS = 180_000;

/** A name that was just made takes a while to resolve; hence the same budget for all. */
export async function answersRepeatedly(
	run: Run,
	path: string,
	{ standing = false }: { readonly standing?: boolean },
	signal: AbortSignal,
	tell: Report,
) {
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
			intervalsMs: standing ? STANDING_MS : INTERVALS_MS,
			clock,
			signal,
			check,
		});
		return { found: `${IN_A_ROW} right answers in a row`, untrusted, unreachable: false };
	} catch (cause) {
		signal.throwIfAborted();
		if (!reached && (run.request?.network.allowedCidrs ?? run.baseline?.allowedCidrs ?? []).length > 0) {
			// The allowed ranges need not include the machine that deploys.
			run.session.host.notify({
				level: 'warning',
				text: `The load balancer cannot be reached from here (${last}); whether ${run.id} answers was not checked.`,
			});
			return { found: 'not checked', untrusted, unreachable: true };
		}
		const right = run.request?.container
			? 'Check that the app answers --health-path on the port that the plan names; the lines of the container pulse-edge say what it met.'
			: 'Check that the app has AWSECSPlugin among its plugins and listens on port 8000.';
		throw new DeployToolError('wrong-answer', `${run.id} does not answer through the load balancer.`, {
			fault: reached ? 'app' : 'platform',
			detail: `Asked for ${path}, the last answer was: ${last}.`,
			next: reached ? right : 'Check that this machine can reach the load balancer, then run the same command again.',
			cause,
		});
	}
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
