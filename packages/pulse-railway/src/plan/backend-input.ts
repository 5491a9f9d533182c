import type { DeployConfig } from '../config/deploy.ts';
import type { BaselineFacts } from '../stack/baseline.ts';
import type { BackendInput } from './backend-service.ts';
import type { DeployFacts } from './deploy.ts';

/** Where users find the app: as configured, else where the router is. */
export function serverAddress(config: DeployConfig, { router }: BaselineFacts): string {
	return config.serverAddress ?? router.origins[0] ?? router.controlOrigin;
}

/** What the new deployment runs. */
export function backendInput(facts: DeployFacts, config: DeployConfig): BackendInput {
	const { baseline } = facts;
	const container = facts.app.language === 'container' ? facts.app.container : undefined;
	return {
		deploymentId: facts.deploymentId,
		internalToken: baseline.internalToken,
		routerService: baseline.router.service.name,
		serverAddress: serverAddress(config, baseline),
		port: container?.port ?? config.backendPort,
		container,
		framework: facts.app.language === 'container' ? facts.app.framework : null,
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
