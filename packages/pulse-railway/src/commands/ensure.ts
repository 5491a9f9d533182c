import type { Invocation } from 'pulse-deploy-kit/command';
import { findAppFromHere } from '../adapters/find-app-from-here.ts';
import type { Session } from '../adapters/session.ts';
import { type InitConfig, initConfig } from '../config/init.ts';
import { type UpgradeConfig, upgradeConfig } from '../config/upgrade.ts';
import type { EnvironmentIds } from '../platform/operations/environment-ids.ts';
import { existingBaseline } from '../stack/baseline.ts';
import { ownProject } from '../stack/own-project.ts';
import { isUnfinishedInit } from '../stack/unfinished-init.ts';
import type { Outcome } from './carry-out.ts';
import { type InitRequest, init, workspaceOf } from './init.ts';
import type { InitResult } from './init-result.ts';
import { resolveTarget } from './resolve-target.ts';
import { upgrade } from './upgrade.ts';
import type { UpgradeResult } from './upgrade-result.ts';

export interface EnsureRequest extends InitRequest {
	/** What a stack that stands there is brought to. */
	readonly upgradeOf: (target: EnvironmentIds) => UpgradeConfig;
}

export async function ensureRequest(invocation: Invocation): Promise<EnsureRequest> {
	const { options, file, remembered, folder, path } = await findAppFromHere(invocation);
	const config = initConfig({ ...invocation, file }, path, options);
	const { project: _, environment: __, ...flags } = invocation.flags;
	return {
		token: config.token,
		config: { ...config, target: { ...config.target, remembered } },
		directory: folder,
		showSecrets: invocation.showSecrets,
		upgradeOf: (target) => upgradeConfig({ ...invocation, file, flags: { ...flags, ...target } }, options),
	};
}

/** The whole of `pulse-railway ensure` (contract R5.23): `init` where there is nothing, else `upgrade`. */
export async function ensure(
	session: Session,
	request: EnsureRequest,
): Promise<Outcome<InitResult> | Outcome<UpgradeResult>> {
	const standing = await standingStack(session, request.config, session.signal);
	if (standing === null) return init(session, request);
	return upgrade(session, { ...request, config: request.upgradeOf(standing) });
}

/** Where a stack stands, complete or not; `null` where `init` has all or the rest to do. */
async function standingStack(
	session: Session,
	config: InitConfig,
	signal: AbortSignal,
): Promise<EnvironmentIds | null> {
	const given = await resolveTarget(config.target, session.account, signal, session.host);
	if (given === null) {
		const found = await ownProject(session, await workspaceOf(config, session, signal), config, signal);
		if (found === null || isUnfinishedInit(found.observation)) return null;
		return { projectId: found.observation.project.id, environmentId: found.observation.environment.id };
	}
	const observation = await session.ports.openPlatform(given).observe(signal);
	return existingBaseline(observation, config.names).length === 0 || isUnfinishedInit(observation) ? null : given;
}
