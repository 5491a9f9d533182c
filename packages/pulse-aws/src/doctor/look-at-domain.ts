import type { Session } from '../adapters/session.ts';
import { judgeRouting } from '../domain/routing.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import type { DomainFacts } from './facts.ts';
import { look, unread } from './look.ts';

/** @param loadBalancer `null`: there is none */
export async function lookAtDomain(
	session: Session,
	domain: string | null,
	baseline: Pick<BaselineOutputs, 'albDnsName' | 'verificationToken'> | null,
): Promise<DomainFacts> {
	if (domain === null) {
		const none = unread('no domain is known: give --domain');
		return { domain, routing: none, caa: none };
	}
	const { signal } = session;
	const [routing, caa] = await Promise.all([
		baseline === null
			? unread('there is no load balancer yet')
			: look(
					session
						.lookAtDomain(
							{ domain, loadBalancer: baseline.albDnsName, verificationToken: baseline.verificationToken },
							signal,
						)
						.then(judgeRouting),
					signal,
				),
		look(session.visit.caa(domain, signal), signal),
	]);
	return { domain, routing, caa };
}

/** The first of the certificate's names that is one host's. */
export const domainOn = (names: readonly string[]): string | null =>
	names.find((name) => name !== '' && !name.startsWith('*')) ?? null;
