import { usageError } from 'pulse-deploy-kit/errors';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import type { DeployConfig } from '../config/deploy.ts';
import { isPassedOn } from '../config/reserved.ts';
import type { RoutingSnapshot } from '../deployments/record.ts';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import type { BaselineFacts } from '../stack/baseline.ts';
import { backendServiceName } from '../stack/names.ts';
import { awaitBackendStep } from '../steps/await-deployments.ts';
import { buildImageStep } from '../steps/build-image.ts';
import { createServiceStep } from '../steps/create-service.ts';
import { groupStep } from '../steps/group.ts';
import { letDrainStep } from '../steps/reconcile.ts';
import { registerStep } from '../steps/register.ts';
import { startServicesStep } from '../steps/start-services.ts';
import { updateInstanceStep } from '../steps/update-instance.ts';
import { uploadStep } from '../steps/upload.ts';
import { type BackendInput, backendSettings, backendVariables, buildArguments } from './backend-service.ts';
import { cutOver, NEW_SECONDS } from './cut-over.ts';
import { type SessionsById, settle } from './settle.ts';
import { staying } from './staying.ts';
import type { Plan, SourceTree } from './step.ts';

export interface DeployFacts {
	readonly observation: StackObservation;
	readonly baseline: BaselineFacts;
	readonly live: RoutingSnapshot;
	/** By the router's clock, Unix milliseconds. */
	readonly now: number;
	/** Render sessions on the active deployment; `null` when it did not say. */
	readonly activeSessions: number | null;
	/** What the services say of themselves that the live store does not know. */
	readonly sessions?: SessionsById;
	readonly app: LoadedApp;
	readonly deploymentId: string;
	/** Found on this machine. */
	readonly context: string;
	readonly appFile: string;
	readonly dockerfile: string;
	readonly webRoot: string | undefined;
}

/** A new deployment beside the old ones, then the cut-over (decision 6). */
export function planDeploy(facts: DeployFacts, config: DeployConfig): Plan {
	const { deploymentId: id, observation, live, baseline } = facts;
	const settlement = settle(observation, live, facts.now, facts.sessions);
	const service = backendServiceName(config.servicePrefix, id);
	refuseTaken(facts, service, settlement.deleted);

	const image = config.imageRepository === undefined ? undefined : `${config.imageRepository}:${id}`;
	const source: SourceTree = {
		context: facts.context,
		dockerfile: facts.dockerfile,
		useGitignore: config.useGitignore,
		...(config.railwayBin === undefined ? {} : { railwayBin: config.railwayBin }),
	};
	const backend = backendInput(facts, config);
	// Python's web server asks the public address for what it renders, unless the app names an internal one (contract P1.15).
	const needsActive = settlement.activeId === null && facts.app.language === 'python';
	return {
		title: `Deploy ${id}`,
		resume: `pulse-railway promote --deployment-id ${id} --service ${baseline.router.service.name}`,
		facts: [
			`Project ${observation.project.name}, environment ${observation.environment.name}`,
			`Address ${backend.serverAddress}`,
			image === undefined ? `Built on Railway from ${source.context}` : `Built here and pushed as ${image}`,
			settlement.activeId === null ? 'First deployment of this stack' : `Active now: ${settlement.activeId}`,
		],
		...staying(settlement.activeId, facts.activeSessions),
		warnings: [...settlement.warnings, ...replicaWarning(config.backendReplicas), ...sealedWarning(baseline.env)],
		steps: [
			...settlement.steps,
			...(image === undefined ? [] : [buildImageStep(image, source, buildArguments(backend))]),
			createServiceStep('create', { service, variables: backendVariables(backend), deployment: id }),
			...(baseline.router.service.groupId === null ? [] : [groupStep(baseline.router.service.name, [service])]),
			updateInstanceStep(
				service,
				backendSettings(facts.app.language, {
					replicas: config.backendReplicas,
					startCommand: config.startCommand,
					...(image === undefined ? {} : { image }),
				}),
			),
			...(image === undefined
				? [
						uploadStep(service, source),
						awaitBackendStep('await-backend', service, 'backend source build failed', { building: true }),
					]
				: [
						startServicesStep([service], false),
						awaitBackendStep('await-backend', service, 'backend deployment failed'),
					]),
			registerStep(id, service),
			...cutOver(id, service, NEW_SECONDS, config.pageCheck ? config.healthPath : null, needsActive),
			...(settlement.unclaimed.length === 0 ? [] : [letDrainStep({ id, serviceName: service }, settlement.unclaimed)]),
		],
	};
}

/** Where users find the app: as configured, else where the router is. */
export function serverAddress(config: DeployConfig, { router }: BaselineFacts): string {
	return config.serverAddress ?? router.origins[0] ?? router.controlOrigin;
}

function backendInput(facts: DeployFacts, config: DeployConfig): BackendInput {
	const { baseline } = facts;
	return {
		deploymentId: facts.deploymentId,
		internalToken: baseline.internalToken,
		serverAddress: serverAddress(config, baseline),
		port: config.backendPort,
		appFile: facts.appFile,
		webRoot: facts.webRoot,
		dockerfile: facts.dockerfile,
		redisUrl: baseline.redisUrl,
		sessionStore: facts.app.sessionStore,
		env: baseline.env,
		userVariables: config.env,
		buildArgs: config.buildArgs,
		mode: config.imageRepository === undefined ? 'source' : 'image',
	};
}

function refuseTaken({ observation, live, deploymentId }: DeployFacts, service: string, freed: ReadonlySet<string>) {
	if (freed.has(deploymentId)) return;
	const taken =
		observation.services.some((existing) => existing.name === service) ||
		live.deployments.some((record) => record.id === deploymentId);
	if (taken) {
		throw usageError(`deployment ${deploymentId} already exists`, 'Choose another id, or leave --deployment-id out.');
	}
}

/** Whether a reference reaches a sealed variable is nowhere said (docs/platform-facts/railway.md §7). */
function sealedWarning({ name, variables }: ObservedService): readonly string[] {
	const sealed = Object.keys(variables).filter((variable) => variables[variable] === null && isPassedOn(variable));
	if (sealed.length === 0) return [];
	return [
		`${sealed.join(', ')} of ${name}: Railway may not pass sealed variables on; unseal them if the app lacks them.`,
	];
}

function replicaWarning(replicas: number): readonly string[] {
	return replicas === 1
		? []
		: [`${replicas} replicas: Railway picks one at random for each request, so sessions kept in memory will break.`];
}
