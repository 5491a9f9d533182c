import type { Invocation } from 'pulse-deploy-kit/command';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Secret } from 'pulse-deploy-kit/secret';
import { findAppFromHere } from '../adapters/find-app-from-here.ts';
import { rememberTarget } from '../adapters/remember-target.ts';
import type { Session } from '../adapters/session.ts';
import { deployLockTtl } from '../config/deploy-lock.ts';
import { type UpgradeConfig, upgradeConfig } from '../config/upgrade.ts';
import { runningSecrets } from '../plan/running-baseline.ts';
import { planUpgrade } from '../plan/upgrade.ts';
import { guardBaseline } from '../stack/baseline-guard.ts';
import { freshSecrets, janitorConfined } from '../stack/baseline-secrets.ts';
import { withDeployLock } from '../stack/deploy-lock.ts';
import { type Relock, routerOf, startRun } from '../steps/run.ts';
import { carryOut, lockOwner, type Outcome } from './carry-out.ts';
import { lookBeforeMoving } from './look-before-moving.ts';
import { requireTarget } from './resolve-target.ts';
import { type UpgradeResult, upgradeResult } from './upgrade-result.ts';

export interface UpgradeRequest {
	readonly token: Secret | undefined;
	readonly config: UpgradeConfig;
	/** Of the app, where the target is remembered. */
	readonly directory: string;
}

export async function upgradeRequest(invocation: Invocation): Promise<UpgradeRequest> {
	const { options, file, folder, remembered } = await findAppFromHere(invocation);
	const config = upgradeConfig({ ...invocation, file, remembered }, options);
	return { token: config.token, config, directory: folder };
}

/**
 * The whole of `pulse-railway upgrade`. It takes no deploy lock before the last look: the lock is kept by the router, which
 * may be the very thing that needs repair, and a router is replaced without losing traffic.
 */
export async function upgrade(
	session: Session,
	{ config, directory }: UpgradeRequest,
): Promise<Outcome<UpgradeResult>> {
	const { host, signal, env } = session;
	const platform = session.ports.openPlatform(await requireTarget(config.target, session.account, signal, session));
	const { observation, visitorsReach } = await lookBeforeMoving(platform, session.ports, config.names.router, signal);
	const [fresh, confined] = await Promise.all([
		freshSecrets(session, signal),
		janitorConfined(session, observation, config.names.janitor, signal),
	]);
	const { apiUrl, ports } = session;
	const ttlMs = deployLockTtl(env);
	const facts = { observation, fresh, apiUrl, janitorConfined: confined, visitorsReach, now: ports.clock.now() };
	const plan = planUpgrade(facts, config);
	const { controlToken } = runningSecrets(observation, config.names, fresh);
	const relock: Relock = (work, signal) =>
		withDeployLock(
			{ router: routerOf(run), clock: ports.clock, host, signal, owner: lockOwner('upgrade'), ttlMs },
			work,
		);
	const run = startRun(ports, { platform, observation, controlToken, relock });
	guardBaseline(run, observation, config.names, deployLockTtl(env));
	const result = () => upgradeResult(run, config.names);
	const done = await carryOut({ plan, questions: goOn(plan), result }, run, session);
	if (done.result !== null) await rememberTarget(session, directory, observation);
	return done;
}
