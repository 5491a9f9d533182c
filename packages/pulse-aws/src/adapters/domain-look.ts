import { Resolver } from 'node:dns/promises';
import type { Agent } from 'node:https';
import type { RoutingFacts } from '../domain/routing.ts';
import { VERIFY_PATH_PREFIX } from '../protocol.ts';
import { isCloudflare } from './cloudflare.ts';
import { frontDoor } from './front-door.ts';
import type { DomainQuery } from './session.ts';

const MAX_ALIASES = 8;

/**
 * Looks at the domain as the name servers of this machine tell it, past the system's own cache of negative answers.
 * @param agent by which requests leave this machine; `null`: directly
 */
export async function lookAtDomain(
	query: DomainQuery,
	signal: AbortSignal,
	agent: Agent | null = null,
): Promise<RoutingFacts> {
	const resolver = new Resolver({ timeout: 3000, tries: 2 });
	const stop = () => resolver.cancel();
	signal.addEventListener('abort', stop, { once: true });
	try {
		const [aliases, domainAddresses, loadBalancerAddresses] = await Promise.all([
			aliasChain(resolver, query.domain),
			addresses(resolver, query.domain),
			addresses(resolver, query.loadBalancer),
		]);
		signal.throwIfAborted();
		const direct =
			aliases.includes(query.loadBalancer.toLowerCase()) ||
			domainAddresses.some((address) => loadBalancerAddresses.includes(address));
		return {
			domain: query.domain,
			loadBalancer: query.loadBalancer,
			aliases,
			domainAddresses,
			loadBalancerAddresses,
			cloudflare: domainAddresses.length > 0 && domainAddresses.every(isCloudflare),
			verification: direct || domainAddresses.length === 0 ? null : await verification(query, signal, agent),
		};
	} finally {
		signal.removeEventListener('abort', stop);
	}
}

async function aliasChain(resolver: Resolver, domain: string): Promise<string[]> {
	const chain: string[] = [];
	let name: string | undefined = domain;
	while (name !== undefined && chain.length < MAX_ALIASES) {
		const found: string[] = await resolver.resolveCname(name).catch(() => []);
		name = found[0]?.toLowerCase();
		if (name !== undefined) chain.push(name);
	}
	return chain;
}

/** The load balancer answers with some of its addresses at a time. */
async function addresses(resolver: Resolver, name: string): Promise<string[]> {
	const found = await Promise.all([
		resolver.resolve4(name).catch(() => []),
		resolver.resolve4(name).catch(() => []),
		resolver.resolve6(name).catch(() => []),
	]);
	return [...new Set(found.flat())];
}

async function verification(
	{ domain, verificationToken }: DomainQuery,
	signal: AbortSignal,
	agent: Agent | null,
): Promise<RoutingFacts['verification']> {
	if (verificationToken === null) return null;
	try {
		const path = `${VERIFY_PATH_PREFIX}${verificationToken}`;
		const answer: unknown = JSON.parse((await frontDoor(domain, domain, true, agent).get(path, signal)).body);
		const token = typeof answer === 'object' && answer !== null && 'token' in answer ? answer.token : null;
		return token === verificationToken ? 'matches' : 'differs';
	} catch (error) {
		signal.throwIfAborted();
		return error instanceof SyntaxError ? 'differs' : 'unreachable';
	}
}
