import type { Report } from 'pulse-deploy-kit/plan/perform';
import type { Step } from '../plan/step.ts';
import { awaitHealth } from './await-health.ts';
import { awaitTasks } from './await-tasks.ts';
import { createRule, createService, createTargetGroup, registerTaskDefinition } from './backend.ts';
import { deployBaseline } from './baseline.ts';
import { awaitCertificate, requestCertificate } from './certificate.ts';
import { checkDomain } from './check-domain.ts';
import { checkPage } from './check-page.ts';
import { buildImage, pushImage } from './image.ts';
import { setListenerCertificate } from './listener-certificate.ts';
import { bringBack, markActive, markDraining, settle } from './mark.ts';
import { removeDeployments, removeLeftovers } from './remove-deployments.ts';
import { reserveId } from './reserve-id.ts';
import type { Run } from './run.ts';
import {
	deleteFailedBaseline,
	deleteParametersAndLogs,
	deleteStack,
	protectBaseline,
	repairBaseline,
} from './stack.ts';
import { stopRouting, switchTraffic } from './switch.ts';
import { confirmSwitch, verifyAffinity } from './through-load-balancer.ts';

/** Carries one step out; resolves to what is worth telling of it. */
export function perform(run: Run, step: Step, signal: AbortSignal, tell: Report): Promise<string | undefined> {
	switch (step.kind) {
		case 'delete-failed-baseline':
			return deleteFailedBaseline(run, signal, tell);
		case 'repair-baseline':
			return repairBaseline(run, signal, tell);
		case 'request-certificate':
			return requestCertificate(run);
		case 'await-certificate':
			return awaitCertificate(run, signal, tell);
		case 'deploy-baseline':
			return deployBaseline(run, step.change, signal, tell);
		case 'protect-baseline':
			return protectBaseline(run);
		case 'set-listener-certificate':
			return setListenerCertificate(run);
		case 'settle':
			return settle(run, step);
		case 'remove-deployments':
			return removeDeployments(run, step.ids, signal, tell);
		case 'remove-leftovers':
			return removeLeftovers(run, step.ids, signal, tell).then(({ serving }) =>
				serving.length > 0 ? `${serving.join(', ')} serves visitors by now and stays` : undefined,
			);
		case 'build-image':
			return buildImage(run, signal);
		case 'reserve-id':
			return reserveId(run);
		case 'push-image':
			return pushImage(run, signal);
		case 'register-task-definition':
			return registerTaskDefinition(run);
		case 'create-target-group':
			return createTargetGroup(run);
		case 'create-rule':
			return createRule(run);
		case 'create-service':
			return createService(run);
		case 'bring-back':
			return bringBack(run, step.deployment);
		case 'await-health':
			return awaitHealth(run, signal, tell);
		case 'verify-affinity':
			return verifyAffinity(run, signal, tell);
		case 'check-page':
			return checkPage(run, step.path, signal, tell);
		case 'switch':
			return switchTraffic(run);
		case 'confirm':
			return confirmSwitch(run, signal, tell);
		case 'mark-active':
			return markActive(run);
		case 'mark-draining':
			return markDraining(run);
		case 'check-domain':
			return checkDomain(run, signal);
		case 'stop-routing':
			return stopRouting(run);
		case 'await-tasks':
			return awaitTasks(run, signal, tell);
		case 'delete-stack':
			return deleteStack(run, signal, tell);
		case 'delete-parameters':
			return deleteParametersAndLogs(run);
	}
}
