import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import type { Provenance } from 'pulse-deploy-kit/history/provenance';
import type { Preview } from 'pulse-deploy-kit/preview';
import { laneOf } from 'pulse-deploy-kit/supersede/lane';
import type { DeployConfig } from '../config/deploy.ts';
import type { BaselineFacts } from '../stack/baseline.ts';
import { backendServiceName } from '../stack/names.ts';
import { awaitBackendStep } from '../steps/await-deployments.ts';
import { buildImageStep } from '../steps/build-image.ts';
import { createServiceStep } from '../steps/create-service.ts';
import { groupStep } from '../steps/group.ts';
import { registerStep } from '../steps/register.ts';
import { startServicesStep } from '../steps/start-services.ts';
import { updateInstanceStep } from '../steps/update-instance.ts';
import { uploadStep } from '../steps/upload.ts';
import { backendInput } from './backend-input.ts';
import { backendSettings, backendVariables, buildArguments } from './backend-service.ts';
import { canaryFacts, typedTo } from './canary.ts';
import { answersThere, NEW_SECONDS } from './cut-over.ts';
import { cutOverSteps, planSettling, type Standing } from './deploy-cut-over.ts';
import { replicaWarning, sealedWarning } from './deploy-warnings.ts';
import { previewFacts, previewOf } from './preview.ts';
import { type KindFacts, refuseKind } from './refuse-kind.ts';
import { refuseTaken } from './refuse-taken.ts';
import { staying } from './staying.ts';
import type { Plan, SourceTree, Step } from './step.ts';
import { planSupersede } from './supersede.ts';

export interface DeployFacts extends Standing, KindFacts {
	readonly baseline: BaselineFacts;
	/** Render sessions on the active deployment; `null` when it did not say. */
	readonly activeSessions: number | null;
	readonly deploymentId: string;
	/** Found on this machine. */
	readonly context: string;
	/** `undefined` of a container app. */
	readonly appFile: string | undefined;
	readonly dockerfile: string;
	readonly webRoot: string | undefined;
	/** Of the sources; `null`: not known. */
	readonly commit: string | null;
}

/** A deploy in its phases. `steps` are all of them, in this order. */
export interface DeployPlan extends Plan {
	/** Under the deploy lock: what killed commands left. */
	readonly settling: readonly Step[];
	/** Under the lease of the new deployment, which no visitor meets yet (decision 23). */
	readonly preparing: readonly Step[];
	/** Looked at once it is active; `null`: before, or not at all. */
	readonly pageWhenActive: string | null;
	/** `undefined`: it becomes active, or a preview. */
	readonly canary: CanaryTerms | undefined;
	readonly preview: Preview | undefined;
	/** What it is made of, for the history. */
	readonly provenance: Provenance;
}

/** A new deployment beside the old ones, then the cut-over (decision 6). */
export function planDeploy(facts: DeployFacts, config: DeployConfig): DeployPlan {
	const { deploymentId: id, observation, baseline } = facts;
	const settlement = planSettling(facts);
	const service = backendServiceName(config.servicePrefix, id);
	refuseTaken(facts, service, settlement.deleted);
	refuseKind(facts, facts);

	const image = config.imageRepository === undefined ? undefined : `${config.imageRepository}:${id}`;
	const source: SourceTree = {
		context: facts.context,
		dockerfile: facts.dockerfile,
		useGitignore: config.useGitignore,
		...(config.railwayBin === undefined ? {} : { railwayBin: config.railwayBin }),
	};
	const preview = previewOf(config, facts);
	const backend = { ...backendInput(facts, config), preview };
	const { container } = backend;
	const target = { id, serviceName: service, ...(container === undefined ? {} : { container }) };
	// Python's web server asks the public address for what it renders, unless the app names an internal one (contract P1.15).
	const needsActive = settlement.activeId === null && facts.app.language === 'python';
	const page = config.pageCheck ? config.healthPath : null;
	const pageWhenActive = needsActive ? page : null;
	const superseding = config.supersede ? planSupersede(facts, id, laneOf(config.preview)) : undefined;
	const preparing: readonly Step[] = [
		registerStep(id, service, container),
		...(superseding?.steps ?? []),
		...(image === undefined ? [] : [buildImageStep(image, source, buildArguments(backend))]),
		createServiceStep('create', { service, variables: backendVariables(backend), deployment: id }),
		...(baseline.router.service.groupId === null ? [] : [groupStep(baseline.router.service.name, [service])]),
		updateInstanceStep(
			service,
			backendSettings(facts.app, {
				replicas: config.backendReplicas,
				startCommand: config.startCommand,
				...(image === undefined ? {} : { image }),
			}),
		),
		...(image === undefined
			? [
					uploadStep(service, source),
					awaitBackendStep('await-backend', service, 'backend source build failed', { building: true, container }),
				]
			: [
					startServicesStep([service], false),
					awaitBackendStep('await-backend', service, 'backend deployment failed', { container }),
				]),
		...answersThere(id, service, NEW_SECONDS, needsActive ? null : page),
	];
	const { canary } = config;
	const { activeId } = settlement;
	const becomes =
		config.preview === undefined
			? canaryFacts(facts, activeId, canary)
			: previewFacts(facts, { id, activeId, terms: config.preview, address: backend.serverAddress });
	const provenance: Provenance = { image, commit: facts.commit, message: config.message };
	const cuttingOver = cutOverSteps(target, settlement, { pageWhenActive, canary, preview, provenance });
	return {
		title: `Deploy ${id}`,
		resume:
			preview === undefined
				? `pulse-railway promote --deployment-id ${id}${typedTo(canary)} --service ${baseline.router.service.name}`
				: `pulse-railway status --service ${baseline.router.service.name}`,
		facts: [
			`Project ${observation.project.name}, environment ${observation.environment.name}`,
			...(facts.app.language === 'container' ? [facts.app.says] : []),
			`Address ${backend.serverAddress}`,
			image === undefined ? `Built on Railway from ${source.context}` : `Built here and pushed as ${image}`,
			settlement.activeId === null ? 'First deployment of this stack' : `Active now: ${settlement.activeId}`,
			...becomes,
			...(superseding?.facts ?? []),
		],
		...(preview === undefined ? staying(activeId, facts.activeSessions) : {}),
		warnings: [
			...settlement.warnings,
			...(superseding?.warnings ?? []),
			...replicaWarning(config.backendReplicas, facts),
			...sealedWarning(baseline.env),
		],
		settling: settlement.steps,
		preparing,
		pageWhenActive,
		canary,
		preview,
		provenance,
		steps: [...settlement.steps, ...preparing, ...cuttingOver],
	};
}
