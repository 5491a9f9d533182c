import { plainName } from './plain-name.ts';

/** How the domain and the load balancer looked from the resolver. */
export interface RoutingFacts {
	readonly domain: string;
	readonly loadBalancer: string;
	/** Names that the domain's CNAME chain passes through. */
	readonly aliases: readonly string[];
	readonly domainAddresses: readonly string[];
	readonly loadBalancerAddresses: readonly string[];
	readonly cloudflare: boolean;
	/** What the verification path answered on the domain; `null` when it was not asked. */
	readonly verification: 'matches' | 'differs' | 'unreachable' | null;
}

export interface Routing {
	/** Requests to the domain reach the load balancer. */
	readonly ready: boolean;
	/** Something stands in front of the load balancer. */
	readonly proxied: boolean;
	readonly explanation: string;
}

/** Only a matching verification proves a proxied domain; an unresolvable load balancer proves nothing. */
export function judgeRouting(facts: RoutingFacts): Routing {
	const { domain, loadBalancer } = facts;
	if (facts.aliases.some((alias) => plainName(alias) === plainName(loadBalancer))) {
		return { ready: true, proxied: false, explanation: `${domain} is an alias of the load balancer.` };
	}
	if (facts.domainAddresses.some((address) => facts.loadBalancerAddresses.includes(address))) {
		return { ready: true, proxied: false, explanation: `${domain} resolves to the load balancer.` };
	}
	if (facts.domainAddresses.length === 0)
		return { ready: false, proxied: false, explanation: `${domain} does not resolve.` };
	const through = facts.cloudflare ? 'Cloudflare' : 'a proxy';
	if (facts.verification === 'matches') {
		return {
			ready: true,
			proxied: true,
			explanation: `${domain} reaches the load balancer through ${through}, verified.`,
		};
	}
	if (facts.cloudflare) {
		const why =
			facts.verification === 'differs' ? 'answers for another origin' : 'does not reach the load balancer yet';
		return { ready: false, proxied: true, explanation: `${domain} is behind Cloudflare and ${why}.` };
	}
	return { ready: false, proxied: false, explanation: `${domain} resolves to other addresses than the load balancer.` };
}
