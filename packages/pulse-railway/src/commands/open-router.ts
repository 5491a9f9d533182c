import type { RouterPort } from '../adapters/ports.ts';
import type { Session } from '../adapters/session.ts';
import type { ServiceTarget } from '../config/service-target.ts';
import { routerFacts } from '../stack/baseline.ts';
import { requireTarget } from './resolve-target.ts';

/** For commands that ask the router and no more. */
export async function openRouter(
	session: Session,
	{ target, routerService }: Pick<ServiceTarget, 'target' | 'routerService'>,
): Promise<RouterPort> {
	const { account, ports, signal } = session;
	const platform = ports.openPlatform(await requireTarget(target, account, signal, session));
	const facts = routerFacts(await platform.observe(signal), routerService);
	return ports.openRouter({ origin: facts.controlOrigin, controlToken: facts.controlToken });
}
