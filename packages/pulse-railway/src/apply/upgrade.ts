import type { Invocation } from 'pulse-deploy-kit/command';
import { Secret } from 'pulse-deploy-kit/secret';
import { originOfDomain } from '../config/address.ts';
import { initAppFile } from '../config/init.ts';
import { locateAppFromHere } from '../config/paths.ts';
import { upgradeConfig } from '../config/upgrade.ts';
import { serviceNamed } from '../plan/baseline.ts';
import { isPredecessor } from '../plan/move-over.ts';
import { runningSecrets } from '../plan/running-baseline.ts';
import { planUpgrade } from '../plan/upgrade.ts';
import type { StackObservation } from '../platform/port.ts';
import { guardBaseline } from './baseline-guard.ts';
import { freshSecrets, janitorConfined } from './baseline-secrets.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import { loadUserApp } from './load-user-app.ts';
import { requireTarget } from './resolve-target.ts';
import { startRun } from './run.ts';
import { type Session, withSession } from './session.ts';
import { type UpgradeResult, upgradeResult } from './upgrade-result.ts';

/**
 * The whole of `pulse-railway upgrade`. It takes no deploy lock: the lock is kept by the router, which may be the very
 * thing that needs repair, and a router is replaced without losing traffic.
 */
export async function upgrade(invocation: Invocation): Promise<Outcome<UpgradeResult>> {
	const { host, signal, env, cwd } = invocation;
	const file = await locateAppFromHere(invocation.cwd, initAppFile(invocation));
	const { options } = await loadUserApp(file, invocation);
	const config = upgradeConfig(invocation, options);
	return withSession({ token: config.token, env, host, cwd }, async (session) => {
		const platform = session.ports.openPlatform(
			await requireTarget(config.target, session.account, signal, { env, cwd }),
		);
		const observation = await platform.observe(signal);
		const [fresh, confined, visitorsReach] = await Promise.all([
			freshSecrets(session, signal),
			janitorConfined(session, observation, config.names.janitor, signal),
			whomVisitorsReach(session, observation, config.names.router, signal),
		]);
		const { apiUrl, ports } = session;
		const facts = { observation, fresh, apiUrl, janitorConfined: confined, visitorsReach, now: ports.clock.now() };
		const plan = planUpgrade(facts, config);
		const { controlToken } = runningSecrets(observation, config.names, fresh);
		const run = startRun(session.ports, { platform, observation, controlToken });
		guardBaseline(run, observation, config.names, env);
		return carryOut({ plan, result: () => upgradeResult(run, config.names) }, run, invocation);
	});
}

/** Asks a predecessor's router the only way that it answers: as a visitor. */
async function whomVisitorsReach(
	{ ports }: Session,
	observation: StackObservation,
	routerName: string,
	signal: AbortSignal,
): Promise<string | null> {
	const router = serviceNamed(observation, routerName);
	const domain = router?.domains.find(({ custom }) => !custom) ?? router?.domains[0];
	if (router === undefined || domain === undefined || !isPredecessor(router)) return null;
	const port = ports.openRouter({ origin: originOfDomain(domain.domain), controlToken: new Secret('') });
	return (await port.meta(null, signal)).deploymentId;
}
