import type { Step, StepKind, StepOf } from '../plan/step.ts';
import type { Run } from './run.ts';
import { awaitDeployments } from './steps/await-deployments.ts';
import { buildImage } from './steps/build-image.ts';
import { checkPage } from './steps/check-page.ts';
import { commitActive } from './steps/commit-active.ts';
import { promote, reconcile, register, removeRecord, retire } from './steps/control.ts';
import { deleteServices } from './steps/delete-services.ts';
import { deploy } from './steps/deploy-services.ts';
import { deployTemplate } from './steps/deploy-template.ts';
import { markBaseline } from './steps/mark-baseline.ts';
import { createProject, deleteProject } from './steps/project.ts';
import { awaitRouter, ensureDomain } from './steps/router.ts';
import { configure, createService, group, updateInstance } from './steps/services.ts';
import { settleActive } from './steps/settle-active.ts';
import { mintToken, revokeTokens } from './steps/tokens.ts';
import { upload } from './steps/upload.ts';
import { awaitVariable, deleteVariable, setVariables } from './steps/variables.ts';
import { verifyActive, verifyAffinity } from './steps/verify.ts';

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
