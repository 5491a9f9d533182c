import type { Invocation } from 'pulse-deploy-kit/command';
import { usageError } from 'pulse-deploy-kit/errors';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Secret } from 'pulse-deploy-kit/secret';
import { findAppFromHere } from '../adapters/find-app-from-here.ts';
import { rememberTarget } from '../adapters/remember-target.ts';
import type { Session } from '../adapters/session.ts';
import { deployLockTtl } from '../config/deploy-lock.ts';
import { type InitConfig, initConfig } from '../config/init.ts';
import { planInit } from '../plan/init.ts';
import { runningSecrets } from '../plan/running-baseline.ts';
import type { EnvironmentIds } from '../platform/operations/environment-ids.ts';
import type { NamedId } from '../platform/port.ts';
import { guardBaseline } from '../stack/baseline-guard.ts';
import { freshSecrets } from '../stack/baseline-secrets.ts';
import { type Found, ownProject } from '../stack/own-project.ts';
import { warnOfFile, warnOfOwner } from '../stack/warn-of-infrastructure.ts';
import { type Run, startRun } from '../steps/run.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import { type InitResult, initResult } from './init-result.ts';
import { only, resolveTarget } from './resolve-target.ts';

export interface InitRequest {
	readonly token: Secret | undefined;
	readonly config: InitConfig;
	/** Where a file of `railway config` would be met. */
	readonly directory: string;
	/** In the result. */
	readonly showSecrets: boolean;
}

export async function initRequest(invocation: Invocation): Promise<InitRequest> {
	const { options, file, folder, path } = await findAppFromHere(invocation);
	const config = initConfig({ ...invocation, file }, path, options);
	return { token: config.token, config, directory: folder, showSecrets: invocation.showSecrets };
}

/** The whole of `pulse-railway init`: target → observe → plan → agree → execute → result. */
export async function init(session: Session, request: InitRequest): Promise<Outcome<InitResult>> {
	const { host, signal, env } = session;
	const { config } = request;
	await warnOfFile(host, request.directory);
	const given = await resolveTarget(config.target, session.account, signal, host);
	const workspace = given === null ? await workspaceOf(config, session, signal) : null;
	const existing =
		workspace === null ? await look(session, given, signal) : await ownProject(session, workspace, config, signal);
	const fresh = await freshSecrets(session, signal);
	const secrets = existing === null ? fresh : runningSecrets(existing.observation, config.names, fresh);
	const facts = {
		observation: existing?.observation ?? null,
		workspace: existing === null ? workspace : null,
		secrets,
		apiUrl: session.apiUrl,
	};
	if (existing !== null) await warnOfOwner(host, existing.platform, signal);
	const run = startRun(session.ports, { ...existing, controlToken: secrets.controlToken });
	guardBaseline(run, facts.observation, config.names, deployLockTtl(env));
	const plan = planInit(facts, config);
	const result = () => initResult(run, config, request.showSecrets);
	const done = await carryOut({ plan, questions: goOn(plan), result }, run, session);
	if (done.result !== null)
		await rememberTarget(session, request.directory, await madeIn(session, run, existing, config));
	return done;
}

/** As people know them: a new project's first environment got its name from Railway. */
async function madeIn({ account, signal }: Session, { target }: Run, existing: Found | null, config: InitConfig) {
	if (existing !== null) return existing.observation;
	const { projectId = '', environmentId = '' } = target ?? {};
	const environments = await account.environments(projectId, signal).catch(() => []);
	const name = environments.find(({ id }) => id === environmentId)?.name ?? environmentId;
	return { project: { id: projectId, name: config.projectName }, environment: { id: environmentId, name } };
}

async function look({ ports }: Session, target: EnvironmentIds | null, signal: AbortSignal): Promise<Found | null> {
	if (target === null) return null;
	const platform = ports.openPlatform(target);
	return { platform, observation: await platform.observe(signal) };
}

/** Where a new project goes. */
export async function workspaceOf(config: InitConfig, { account }: Session, signal: AbortSignal): Promise<NamedId> {
	const { workspaceId, workspace } = config;
	if (workspaceId !== undefined) return { id: workspaceId, name: workspaceId };
	if (workspace === undefined) {
		throw usageError(
			'workspace id is required when creating a new project',
			'Give --workspace-id or set RAILWAY_WORKSPACE_ID; for an existing project give --project-id and --environment-id.',
		);
	}
	return only('workspace', workspace, await account.workspaces(signal));
}
