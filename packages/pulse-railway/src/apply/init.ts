import type { Invocation } from 'pulse-deploy-kit/command';
import { DeployToolError, isDeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { type InitConfig, initAppFile, initConfig } from '../config/init.ts';
import { locateAppFromHere } from '../config/paths.ts';
import { planInit } from '../plan/init.ts';
import type { NamedId } from '../platform/port.ts';
import { freshSecrets } from './baseline-secrets.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import { type InitResult, initResult } from './init-result.ts';
import { loadUserApp } from './load-user-app.ts';
import { only, resolveTarget, type Target } from './resolve-target.ts';
import { startRun } from './run.ts';
import { type Session, withSession } from './session.ts';

/** The whole of `pulse-railway init`: app → target → observe → plan → agree → execute → result. */
export async function init(invocation: Invocation): Promise<Outcome<InitResult>> {
	const { host, signal, env } = invocation;
	const file = await locateAppFromHere(invocation.cwd, initAppFile(invocation));
	const { options } = await loadUserApp(file, invocation);
	const config = initConfig(invocation, file, options);

	return withSession({ token: config.token, env, host }, async (session) => {
		const target = await resolveTarget(config.target, session.account, signal);
		const platform = target === null ? undefined : session.ports.openPlatform(target);
		const observation = platform === undefined ? null : await platform.observe(signal);
		const secrets = await freshSecrets(session, signal);
		const workspace = target === null ? await workspaceOf(config, session, signal) : null;
		const plan = planInit({ observation, workspace, secrets, apiUrl: session.apiUrl }, config);
		const run = startRun(session.ports, {
			...(platform === undefined ? {} : { platform }),
			...(observation === null ? {} : { observation }),
			controlToken: secrets.controlToken,
		});
		return carryOut(plan, run, invocation, { signal }, () => initResult(run, config, invocation.showSecrets)).catch(
			(error: unknown) => {
				throw workspace === null || run.target === undefined ? error : projectStays(error, run.target);
			},
		);
	});
}

/** A project cannot be undone with what a token may do, and running init again would make a second one. */
function projectStays(error: unknown, { projectId, environmentId }: Target): unknown {
	if (!isDeployToolError(error)) return error;
	const { code, message, fault, detail } = error;
	return new DeployToolError(code, message, {
		fault,
		detail: [detail, `The new project ${projectId} stays; its services were deleted.`].filter(Boolean).join('\n'),
		next: `Run init again with --project-id ${projectId} --environment-id ${environmentId}`,
		cause: error,
	});
}

async function workspaceOf(config: InitConfig, { account }: Session, signal: AbortSignal): Promise<NamedId> {
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
