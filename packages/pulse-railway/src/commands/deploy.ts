import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Invocation } from 'pulse-deploy-kit/command';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Secret } from 'pulse-deploy-kit/secret';
import { loadUserApp } from '../adapters/load-user-app.ts';
import type { Session } from '../adapters/session.ts';
import { type DeployConfig, deployConfig, deployInputs } from '../config/deploy.ts';
import { locateApp, locateDockerfile, locateWebRoot } from '../config/paths.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import { planDeploy, serverAddress } from '../plan/deploy.ts';
import { baselineFacts } from '../stack/baseline.ts';
import { backendServiceName } from '../stack/names.ts';
import { sessionsOn } from '../stack/sessions.ts';
import { warnOfFile } from '../stack/warn-of-infrastructure.ts';
import { carryOutAgreed, type Outcome, type Proposal } from './carry-out.ts';
import { type Beside, deployBeside, outlived } from './deploy-beside.ts';
import { type DeployResult, deployResult } from './deploy-result.ts';
import { newId } from './new-id.ts';
import { openStack, type Stack } from './open-stack.ts';

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

/**
 * The whole of `pulse-railway deploy`: observe → plan → agree → make it beside the running one → cut over under the deploy
 * lock → result. A router that is older than this command knows no leases, and then the lock is held all along.
 */
export async function deploy(session: Session, request: DeployRequest): Promise<Outcome<DeployResult>> {
	const { config } = request;
	await warnOfFile(session.host, request.context);
	const stack = await openStack(session, {
		target: config.target,
		routerService: config.names.router,
		command: `deploy ${config.deploymentId ?? config.deploymentName}`,
		asksUnknown: true,
		warnsOfOwner: true,
	});
	const propose = proposer(request);
	let first = await stack.look(session.signal, false);
	if (await outlived(stack, first, config.deploymentId, session)) first = await stack.look(session.signal, true);
	if (session.dryRun) return { plan: propose(first).plan, result: null };
	const knowsLeases = first.live.leases !== undefined;
	const unlocked = <T>(work: (held: HeldLock | undefined, waited: boolean) => Promise<T>) => work(undefined, false);
	return agreeUnderLock({
		agreement: stack.agreement(),
		lock: knowsLeases ? unlocked : stack.withLock,
		async propose(held: HeldLock | undefined, old) {
			const looked = held ?? session;
			return propose(held === undefined && !old ? first : await stack.look(looked.signal, old, held));
		},
		async carryOut(proposal, held) {
			if (held !== undefined) return carryOutAgreed(proposal, proposal.stack.run, held.signal);
			await deployBeside(session, stack, proposal);
			return { plan: proposal.plan, result: proposal.result() };
		},
	});
}

type DeployProposal = Proposal<DeployResult> & Beside;

/** The same id each time, while it is free. */
function proposer(request: DeployRequest): (stack: Stack) => DeployProposal {
	const { config } = request;
	let generated: string | null = null;
	return (stack) => {
		const { observation, live, run } = stack;
		const baseline = baselineFacts(observation, config.names);
		generated = newId(config, stack, generated);
		const deploymentId = config.deploymentId ?? generated;
		const service = backendServiceName(config.servicePrefix, deploymentId);
		const plan = planDeploy(
			{
				...request,
				observation,
				baseline,
				deploymentId,
				live: live.snapshot,
				...(live.leases === undefined ? {} : { leases: live.leases }),
				now: live.now,
				sessions: live.sessions,
				activeSessions: sessionsOn(live, live.snapshot.activeId),
			},
			config,
		);
		const moved = { from: live.snapshot.activeId };
		const result = () =>
			deployResult(run, baseline, {
				deploymentId,
				service,
				image: config.imageRepository === undefined ? null : `${config.imageRepository}:${deploymentId}`,
				serverAddress: serverAddress(config, baseline),
				context: request.context,
				dockerfile: request.dockerfile,
				previous: moved.from,
			});
		const { keepFailed, overLater } = config;
		return { plan, questions: goOn(plan), keepFailed, overLater, result, stack, deploymentId, service, moved };
	};
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
