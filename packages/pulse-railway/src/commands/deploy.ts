import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Invocation } from 'pulse-deploy-kit/command';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import { loadUserApp } from '../adapters/load-user-app.ts';
import { type DeployConfig, deployConfig, deployInputs } from '../config/deploy.ts';
import { backendServiceName } from '../config/names.ts';
import { locateApp, locateDockerfile, locateWebRoot } from '../config/paths.ts';
import { generateDeploymentId } from '../deployments/id.ts';
import { planDeploy, serverAddress } from '../plan/deploy.ts';
import { baselineFacts } from '../stack/baseline.ts';
import { sessionsOn } from '../stack/sessions.ts';
import { warnOfFile } from '../stack/warn-of-infrastructure.ts';
import type { Outcome } from './carry-out.ts';
import { changeStack, type Stack } from './change-stack.ts';
import { type DeployResult, deployResult } from './deploy-result.ts';

/** Everything that is read and checked on this machine before Railway is asked anything. */
interface Prepared {
	readonly app: LoadedApp;
	readonly config: DeployConfig;
	readonly context: string;
	readonly appFile: string;
	readonly dockerfile: string;
	readonly webRoot: string | undefined;
}

/** The whole of `pulse-railway deploy`: prepare → observe → lock → plan → agree → execute → result. */
export async function deploy(invocation: Invocation): Promise<Outcome<DeployResult>> {
	const prepared = await prepare(invocation);
	const { config } = prepared;
	await warnOfFile(invocation.host, prepared.context);
	const request = {
		target: config.target,
		token: config.token,
		routerService: config.names.router,
		command: `deploy ${config.deploymentId ?? config.deploymentName}`,
		asksUnknown: true as const,
		warnsOfOwner: true as const,
	};
	let generated: string | null = null;
	return changeStack(invocation, request, (stack) => {
		const { observation, live, run } = stack;
		const baseline = baselineFacts(observation, config.names);
		generated = newId(config, stack, generated);
		const deploymentId = config.deploymentId ?? generated;
		const plan = planDeploy(
			{
				...prepared,
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
				context: prepared.context,
				dockerfile: prepared.dockerfile,
				previous: live.snapshot.activeId,
			});
		return { plan, questions: goOn(plan), keepFailed: config.keepFailed, result };
	});
}

async function prepare(invocation: Invocation): Promise<Prepared> {
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
