import type { Standing, Step } from '../plan/step.ts';
import { AFFINITY_QUERY, META_PATH } from '../protocol.ts';
import type { Perform } from './performers.ts';
import type { Run } from './run.ts';
import { answersRepeatedly } from './through-load-balancer.ts';

export function verifyAffinityStep(id: string, how: Standing = {}): Step {
	return {
		kind: 'verify-affinity',
		id: 'verify-affinity',
		title: `Ask ${id} through the load balancer`,
		section: 'Health',
		...how,
	};
}

export const verifyAffinity: Perform<'verify-affinity'> = async (step, run, signal, tell) => {
	const path = `${META_PATH}?${AFFINITY_QUERY}=${encodeURIComponent(run.id)}`;
	const { found, untrusted, unreachable } = await answersRepeatedly(run, path, step, signal, tell);
	if (untrusted !== null) warnOfCertificate(run, untrusted);
	return { text: found, learnt: { unreachable } };
};

/** A proxy in front may well have a certificate of its own; Cloudflare issues such for load balancers that only it asks. */
function warnOfCertificate({ session: { host }, request }: Run, why: string): void {
	if (request === null) return;
	const text = `Browsers that reach the load balancer itself will not trust its certificate for ${request.domain} (${why}). Behind a proxy that may be right; else choose another with --certificate-arn.`;
	host.notify({ level: 'warning', text });
}
