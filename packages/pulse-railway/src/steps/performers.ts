import type { Perform as KitPerform, Performers } from 'pulse-deploy-kit/plan/perform';
import type { Step, StepKind, StepOf } from '../plan/step.ts';
import { awaitDeployments } from './await-deployments.ts';
import { awaitRouter } from './await-router.ts';
import { awaitVariable } from './await-variable.ts';
import { beginCanary } from './begin-canary.ts';
import { beginPreview } from './begin-preview.ts';
import { buildImage } from './build-image.ts';
import { checkPage } from './check-page.ts';
import { commitActive } from './commit-active.ts';
import { configure } from './configure.ts';
import { createProject } from './create-project.ts';
import { createService } from './create-service.ts';
import { deleteProject } from './delete-project.ts';
import { deleteServices } from './delete-services.ts';
import { deleteVariable } from './delete-variable.ts';
import { depart } from './depart.ts';
import { deployTemplate } from './deploy-template.ts';
import { endCanary } from './end-canary.ts';
import { ensureDomain } from './ensure-domain.ts';
import { group } from './group.ts';
import { hurry } from './hurry.ts';
import { markBaseline } from './mark-baseline.ts';
import { mintToken } from './mint-token.ts';
import { promote } from './promote.ts';
import { reconcile } from './reconcile.ts';
import { register } from './register.ts';
import { removeRecord } from './remove-record.ts';
import { rest } from './rest.ts';
import { retire } from './retire.ts';
import { revokeTokens } from './revoke-tokens.ts';
import type { Run } from './run.ts';
import { setVariables } from './set-variables.ts';
import { settleActive } from './settle-active.ts';
import { startServices } from './start-services.ts';
import { supersede } from './supersede.ts';
import { updateInstance } from './update-instance.ts';
import { upload } from './upload.ts';
import { verifyActive } from './verify-active.ts';
import { verifyAffinity } from './verify-affinity.ts';
import { wake } from './wake.ts';
import { widenCanary } from './widen-canary.ts';

/** Carries out one kind of step. A returned text is shown with its completion. */
export type Perform<Kind extends StepKind> = KitPerform<StepOf<Kind>, Run>;

export const PERFORMERS: Performers<Step, Run> = {
	'create-project': createProject,
	'delete-project': deleteProject,
	'deploy-template': deployTemplate,
	'create-service': createService,
	'delete-services': deleteServices,
	'mark-baseline': markBaseline,
	'set-variables': setVariables,
	'delete-variable': deleteVariable,
	'await-variable': awaitVariable,
	configure,
	'update-instance': updateInstance,
	group,
	'mint-token': mintToken,
	'revoke-tokens': revokeTokens,
	'ensure-domain': ensureDomain,
	upload,
	'build-image': buildImage,
	deploy: startServices,
	'await-deployments': awaitDeployments,
	'await-router': awaitRouter,
	register,
	'verify-affinity': verifyAffinity,
	'check-page': checkPage,
	'commit-active': commitActive,
	promote,
	'verify-active': verifyActive,
	'settle-active': settleActive,
	'begin-canary': beginCanary,
	'begin-preview': beginPreview,
	'widen-canary': widenCanary,
	'end-canary': endCanary,
	reconcile,
	depart,
	hurry,
	rest,
	retire,
	wake,
	supersede,
	'remove-record': removeRecord,
};
