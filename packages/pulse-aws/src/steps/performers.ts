import type { Perform as KitPerform, Performers } from 'pulse-deploy-kit/plan/perform';
import type { Step, StepKind, StepOf } from '../plan/step.ts';
import { awaitCertificate } from './await-certificate.ts';
import { awaitHealth } from './await-health.ts';
import { awaitTasks } from './await-tasks.ts';
import { beginCanary } from './begin-canary.ts';
import { bringBack } from './bring-back.ts';
import { buildImage } from './build-image.ts';
import { checkDomain } from './check-domain.ts';
import { checkPage } from './check-page.ts';
import { confirmSwitch } from './confirm.ts';
import { createRule } from './create-rule.ts';
import { createService } from './create-service.ts';
import { createTargetGroup } from './create-target-group.ts';
import { deleteFailedBaseline } from './delete-failed-baseline.ts';
import { deleteParametersAndLogs } from './delete-parameters.ts';
import { deleteStack } from './delete-stack.ts';
import { depart } from './depart.ts';
import { deployBaseline } from './deploy-baseline.ts';
import { endCanary } from './end-canary.ts';
import { endTasks } from './end-tasks.ts';
import { markActive } from './mark-active.ts';
import { markDraining } from './mark-draining.ts';
import { markPreview } from './mark-preview.ts';
import { protectBaseline } from './protect-baseline.ts';
import { pushImage } from './push-image.ts';
import { registerTaskDefinition } from './register-task-definition.ts';
import { removeDeployments } from './remove-deployments.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { removeOwn } from './remove-own.ts';
import { repairBaseline } from './repair-baseline.ts';
import { requestCertificate } from './request-certificate.ts';
import { reserveId } from './reserve-id.ts';
import type { Run } from './run.ts';
import { setListenerCertificate } from './set-listener-certificate.ts';
import { setNotices } from './set-notices.ts';
import { settle } from './settle.ts';
import { stopRouting } from './stop-routing.ts';
import { supersede } from './supersede.ts';
import { switchTraffic } from './switch.ts';
import { tagImage } from './tag-image.ts';
import { verifyAffinity } from './verify-affinity.ts';
import { widenCanary } from './widen-canary.ts';

/** Carries out one kind of step. */
export type Perform<Kind extends StepKind> = KitPerform<StepOf<Kind>, Run>;

export const PERFORMERS: Performers<Step, Run> = {
	'delete-failed-baseline': deleteFailedBaseline,
	'repair-baseline': repairBaseline,
	'request-certificate': requestCertificate,
	'await-certificate': awaitCertificate,
	'deploy-baseline': deployBaseline,
	'protect-baseline': protectBaseline,
	'set-listener-certificate': setListenerCertificate,
	'set-notices': setNotices,
	settle,
	'remove-deployments': removeDeployments,
	'remove-leftovers': removeLeftovers,
	'build-image': buildImage,
	'reserve-id': reserveId,
	'push-image': pushImage,
	supersede,
	'tag-image': tagImage,
	'register-task-definition': registerTaskDefinition,
	'create-target-group': createTargetGroup,
	'create-rule': createRule,
	'create-service': createService,
	'remove-own': removeOwn,
	'bring-back': bringBack,
	'await-health': awaitHealth,
	'verify-affinity': verifyAffinity,
	'check-page': checkPage,
	switch: switchTraffic,
	confirm: confirmSwitch,
	'mark-active': markActive,
	'mark-draining': markDraining,
	'mark-preview': markPreview,
	'begin-canary': beginCanary,
	'widen-canary': widenCanary,
	'end-canary': endCanary,
	depart,
	'end-tasks': endTasks,
	'check-domain': checkDomain,
	'stop-routing': stopRouting,
	'await-tasks': awaitTasks,
	'delete-stack': deleteStack,
	'delete-parameters': deleteParametersAndLogs,
};
