import type { Invocation } from 'pulse-deploy-kit/command';
import { loadUserApp } from '../adapters/load-user-app.ts';
import { type Session, withSession } from '../adapters/session.ts';
import { type InitConfig, initAppFile, initConfig } from '../config/init.ts';
import { locateAppFromHere } from '../config/paths.ts';
import { existingBaseline } from '../stack/baseline.ts';
import { ownProject } from '../stack/own-project.ts';
import { resolveTarget, type Target } from '../stack/resolve-target.ts';
import { isUnfinishedInit } from '../stack/unfinished-init.ts';
import type { Outcome } from './carry-out.ts';
import { init, workspaceOf } from './init.ts';
import type { InitResult } from './init-result.ts';
import { upgrade } from './upgrade.ts';
import type { UpgradeResult } from './upgrade-result.ts';

/** The whole of `pulse-railway ensure` (contract R5.23): `init` where there is nothing, else `upgrade`. */
export async function ensure(invocation: Invocation): Promise<Outcome<InitResult | UpgradeResult>> {
	const { host, signal, env, cwd } = invocation;
	const file = await locateAppFromHere(invocation.cwd, initAppFile(invocation));
	const { options } = await loadUserApp(file, invocation);
	const config = initConfig(invocation, file, options);
	const standing = await withSession({ token: config.token, env, host, cwd }, (session) =>
		standingStack(session, config, signal),
	);
	if (standing === null) return init(invocation);
	const { project: _, environment: __, ...flags } = invocation.flags;
	return upgrade({ ...invocation, flags: { ...flags, ...standing } });
}

/** Where a stack stands, complete or not; `null` where `init` has all or the rest to do. */
async function standingStack(session: Session, config: InitConfig, signal: AbortSignal): Promise<Target | null> {
	const given = await resolveTarget(config.target, session.account, signal);
	if (given === null) {
		const found = await ownProject(session, await workspaceOf(config, session, signal), config, signal);
		if (found === null || isUnfinishedInit(found.observation)) return null;
		return { projectId: found.observation.project.id, environmentId: found.observation.environment.id };
	}
	const observation = await session.ports.openPlatform(given).observe(signal);
	return existingBaseline(observation, config.names).length === 0 || isUnfinishedInit(observation) ? null : given;
}
