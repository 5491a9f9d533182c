import { type Reading, reading } from 'pulse-deploy-kit/doctor/reading';
import { SOCKET_HANDSHAKE } from 'pulse-deploy-kit/doctor/socket-check';
import type { Session } from '../adapters/session.ts';
import { AFFINITY_QUERY, DEFAULT_HEALTH_PATH, META_PATH } from '../protocol.ts';
import { deploymentIdOf } from '../steps/through-load-balancer.ts';
import type { DomainFacts, VisitFacts } from './facts.ts';
import { unread } from './look.ts';
import type { FleetFacts } from './look-at-fleet.ts';

/** Each answers in its own time, and a stack may have many. */
const MOST_ASKED = 10;

/**
 * What a browser would get. Where the domain leads straight to the load balancer, that is asked under the domain's name;
 * behind a proxy, the domain itself.
 */
export async function lookByVisit(
	session: Session,
	loadBalancer: string,
	{ domain, routing }: DomainFacts,
	{ fleet, active }: FleetFacts,
): Promise<Reading<VisitFacts>> {
	if (active === null) return unread('no deployment is active');
	const { signal } = session;
	const isProxied = domain !== null && 'value' in routing && routing.value.ready && routing.value.proxied;
	const host = isProxied ? domain : loadBalancer;
	const door = session.frontDoor(host, domain);
	const running = fleet.deployments.filter((one) => one.running > 0).slice(0, MOST_ASKED);
	const pinned = (path: string, id: string) => `${path}${path.includes('?') ? '&' : '?'}${AFFINITY_QUERY}=${id}`;
	const isWrong = async (id: string) => deploymentIdOf((await door.get(pinned(META_PATH, id), signal)).body) !== id;
	const [health, wrong, status] = await Promise.all([
		reading(door.get(DEFAULT_HEALTH_PATH, signal), signal),
		reading(Promise.all(running.map(async ({ id }) => ((await isWrong(id)) ? [id] : []))), signal),
		reading(session.visit.socket(host, domain, pinned(SOCKET_HANDSHAKE, active.id), signal), signal),
	]);
	return {
		value: {
			health,
			pinned: 'failure' in wrong ? wrong : { value: { asked: running.length, wrong: wrong.value.flat() } },
			socket: { kind: active.container === undefined ? 'pulse' : 'container', status },
		},
	};
}
