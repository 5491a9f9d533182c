import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Session } from '../adapters/session.ts';
import { LockHeldError } from '../deployments/errors.ts';
import { serverAddress } from '../plan/backend-input.ts';
import { planDeploy } from '../plan/deploy.ts';
import { stopsFor } from '../plan/supersede.ts';
import { baselineFacts } from '../stack/baseline.ts';
import { backendServiceName } from '../stack/names.ts';
import { sessionsOn } from '../stack/sessions.ts';
import { warnOfFile } from '../stack/warn-of-infrastructure.ts';
import { agreeBeside } from './agree-beside.ts';
import type { Outcome, Proposal } from './carry-out.ts';
import { type Beside, outlived } from './deploy-beside.ts';
import type { DeployRequest } from './deploy-request.ts';
import { type DeployResult, deployResult } from './deploy-result.ts';
import { newId } from './new-id.ts';
import { openStack, type Stack, standingOf } from './open-stack.ts';

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
	let first = await stack.look(session.signal, false);
	if (await outlived(stack, first, config.deploymentId, session)) first = await stack.look(session.signal, true);
	if (session.dryRun) return { plan: proposer(request)(first).plan, result: null };
	const agreement = stack.agreement();
	for (let tries = 1; ; tries++) {
		try {
			return await agreeBeside(session, stack, proposer(request), agreement, first);
		} catch (error) {
			// Another deploy of the same second has generated the same id.
			const chosen = config.deploymentId !== undefined;
			if (chosen || tries === ID_TRIES || !(error instanceof LockHeldError)) throw error;
			await session.ports.clock.sleep(1_000, session.signal);
			first = await stack.look(session.signal, true);
		}
	}
}

const ID_TRIES = 3;

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
				...standingOf(stack),
				baseline,
				deploymentId,
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
				canary: config.canary,
				preview: plan.preview,
			});
		const { keepFailed, overLater } = config;
		const own = { plan, deploymentId, service, kind: request, stack, moved, lane: stopsFor(config) };
		return { ...own, questions: goOn(plan), keepFailed, overLater, result };
	};
}
