import type { Step, StepKind, StepOf } from '../plan/step.ts';
import { awaitDeployments } from './await-deployments.ts';
import { buildImage } from './build-image.ts';
import { checkPage } from './check-page.ts';
import { commitActive } from './commit-active.ts';
import { promote, reconcile, register, removeRecord, retire } from './control.ts';
import { deleteServices } from './delete-services.ts';
import { deploy } from './deploy-services.ts';
import { deployTemplate } from './deploy-template.ts';
import { markBaseline } from './mark-baseline.ts';
import { createProject, deleteProject } from './project.ts';
import { awaitRouter, ensureDomain } from './router.ts';
import type { Run } from './run.ts';
import { configure, createService, group, updateInstance } from './services.ts';
import { settleActive } from './settle-active.ts';
import { mintToken, revokeTokens } from './tokens.ts';
import { upload } from './upload.ts';
import { awaitVariable, deleteVariable, setVariables } from './variables.ts';
import { verifyActive, verifyAffinity } from './verify.ts';

/** Says what a step is waiting for. */
export type Report = (waitingFor: string) => void;

/** Carries out one kind of step. A returned text is shown with its completion. */
export type Perform<Kind extends StepKind> = (
	step: StepOf<Kind>,
	run: Run,
	signal: AbortSignal,
	report: Report,
) => Promise<string | undefined>;

const PERFORMERS: { readonly [Kind in StepKind]: Perform<Kind> } = {
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
	deploy,
	'await-deployments': awaitDeployments,
	'await-router': awaitRouter,
	register,
	'verify-affinity': verifyAffinity,
	'check-page': checkPage,
	'commit-active': commitActive,
	promote,
	'verify-active': verifyActive,
	'settle-active': settleActive,
	reconcile,
	retire,
	'remove-record': removeRecord,
};

export function perform(step: Step, run: Run, signal: AbortSignal, report: Report): Promise<string | undefined> {
	const performer = PERFORMERS[step.kind] as Perform<StepKind>;
	return performer(step as StepOf<StepKind>, run, signal, report);
}
