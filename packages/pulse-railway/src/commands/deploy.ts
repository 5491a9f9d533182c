import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Invocation } from 'pulse-deploy-kit/command';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Secret } from 'pulse-deploy-kit/secret';
import { loadUserApp } from '../adapters/load-user-app.ts';
import type { Session } from '../adapters/session.ts';
import { type DeployConfig, deployConfig, deployInputs } from '../config/deploy.ts';
import { locateApp, locateDockerfile, locateWebRoot } from '../config/paths.ts';
import { generateDeploymentId } from '../deployments/id.ts';
import { planDeploy, serverAddress } from '../plan/deploy.ts';
import { baselineFacts } from '../stack/baseline.ts';
import { backendServiceName } from '../stack/names.ts';
import { sessionsOn } from '../stack/sessions.ts';
import { warnOfFile } from '../stack/warn-of-infrastructure.ts';
import type { Outcome } from './carry-out.ts';
import { changeStack, type Stack } from './change-stack.ts';
import { type DeployResult, deployResult } from './deploy-result.ts';

/** Everything that is read and checked on this machine before Railway is asked anything. */
export interface DeployRequest {
	readonly token: Secret | undefined;
	readonly app: LoadedApp;
	readonly config: DeployConfig;
	readonly context: string;
	readonly appFile: string;
	readonly dockerfile: string;
	readonly webRoot: string | undefined;
}

/** The whole of `pulse-railway deploy`: observe → lock → plan → agree → execute → result. */
export async function deploy(session: Session, request: DeployRequest): Promise<Outcome<DeployResult>> {
	const { config } = request;
	await warnOfFile(session.host, request.context);
	const stack = {
		target: config.target,
		routerService: config.names.router,
		command: `deploy ${config.deploymentId ?? config.deploymentName}`,
		asksUnknown: true as const,
		warnsOfOwner: true as const,
	};
	let generated: string | null = null;
	return changeStack(session, stack, (stack) => {
		const { observation, live, run } = stack;
		const baseline = baselineFacts(observation, config.names);
		generated = newId(config, stack, generated);
		const deploymentId = config.deploymentId ?? generated;
		const plan = planDeploy(
			{
				...request,
				observation,
				baseline,
				deploymentId,
				live: live.snapshot,
				now: live.now,
				sessions: live.sessions,
				activeSessions: sessionsOn(live, live.snapshot.activeId),
			},
			config,
		);
		const result = () =>
			deployResult(run, baseline, {
				deploymentId,
				service: backendServiceName(config.servicePrefix, deploymentId),
				image: config.imageRepository === undefined ? null : `${config.imageRepository}:${deploymentId}`,
				serverAddress: serverAddress(config, baseline),
				context: request.context,
				dockerfile: request.dockerfile,
				previous: live.snapshot.activeId,
			});
		return { plan, questions: goOn(plan), keepFailed: config.keepFailed, result };
	});
}

export async function deployRequest(invocation: Invocation): Promise<DeployRequest> {
	const inputs = deployInputs(invocation);
	const { context, appFile } = await locateApp({ cwd: invocation.cwd, ...inputs });
	const { app, options } = await loadUserApp(join(context, appFile), invocation);
	// What the app says of itself counts as its plugin's word (contract R7.4).
	const own = {
		...(app.serverAddress ? { serverAddress: app.serverAddress } : {}),
		...(app.webRoot ? { webRoot: relative(await real(context), await real(app.webRoot)) } : {}),
	};
	const config = deployConfig(invocation, inputs, app, { ...own, ...options });
	return {
		token: config.token,
		app,
		config,
		context,
		appFile,
		dockerfile: await locateDockerfile(invocation.cwd, context, config.dockerfile),
		webRoot: config.webRoot === undefined ? undefined : await locateWebRoot(context, config.webRoot),
	};
}

/** Python resolves links, which the context was named by. */
function real(path: string): Promise<string> {
	return realpath(path).catch(() => path);
}

/**
 * The one proposed before, while it is free. Taken are the ids of records as much as the names of services: either would
 * be mixed up with the new one.
 */
function newId(
	{ deploymentName, servicePrefix = '' }: DeployConfig,
	{ observation, live, run }: Stack,
	before: string | null,
): string {
	const taken = new Set([
		...live.snapshot.deployments.map(({ id }) => id),
		...observation.services.map(({ name }) =>
			name.startsWith(servicePrefix) ? name.slice(servicePrefix.length) : name,
		),
	]);
	if (before !== null && !taken.has(before)) return before;
	return generateDeploymentId(deploymentName, run.ports.clock.now(), taken);
}
