import type { Invocation } from 'pulse-deploy-kit/command';
import { initAppFile } from '../config/init.ts';
import { locateAppFromHere } from '../config/paths.ts';
import { upgradeConfig } from '../config/upgrade.ts';
import { runningSecrets } from '../plan/running-baseline.ts';
import { planUpgrade } from '../plan/upgrade.ts';
import { guardBaseline } from './baseline-guard.ts';
import { freshSecrets } from './baseline-secrets.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import { loadUserApp } from './load-user-app.ts';
import { requireTarget } from './resolve-target.ts';
import { startRun } from './run.ts';
import { withSession } from './session.ts';
import { type UpgradeResult, upgradeResult } from './upgrade-result.ts';

/**
 * The whole of `pulse-railway upgrade`. It takes no deploy lock: the lock is kept by the router, which may be the very
 * thing that needs repair, and a router is replaced without losing traffic.
 */
export async function upgrade(invocation: Invocation): Promise<Outcome<UpgradeResult>> {
	const { host, signal, env } = invocation;
	const file = await locateAppFromHere(invocation.cwd, initAppFile(invocation));
	const { options } = await loadUserApp(file, invocation);
	const config = upgradeConfig(invocation, options);
	return withSession({ token: config.token, env, host }, async (session) => {
		const platform = session.ports.openPlatform(await requireTarget(config.target, session.account, signal));
		const observation = await platform.observe(signal);
		const facts = { observation, fresh: await freshSecrets(session, signal), apiUrl: session.apiUrl };
		const plan = planUpgrade(facts, config);
		const { controlToken } = runningSecrets(observation, config.names, facts.fresh);
		const run = startRun(session.ports, { platform, observation, controlToken });
		guardBaseline(run, observation, config.names, env);
		return carryOut({ plan, result: () => upgradeResult(run, config.names) }, run, invocation);
	});
}
