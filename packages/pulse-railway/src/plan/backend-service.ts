import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import { type Preview, previewText } from 'pulse-deploy-kit/preview';
import type { Secret } from 'pulse-deploy-kit/secret';
import { isPassedOn } from '../config/reserved.ts';
import type { Container, ContainerApp } from '../deployments/container.ts';
import type { InstanceSettings, ObservedService } from '../platform/port.ts';
import {
	AFFINITY_VARIABLE,
	APP_HEALTH_PATH,
	BACKEND_REDIS_URL_VARIABLE,
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_KIND_VARIABLE,
	HEALTH_PATH_VARIABLE,
	INTERNAL_TOKEN_VARIABLE,
	PREVIEW_VARIABLE,
	ROUTER_SERVICE_VARIABLE,
	SESSION_REDIS_URL_VARIABLE,
} from '../protocol.ts';
import { reference } from './reference.ts';
import type { Variables } from './step.ts';

/** Seconds that a stopping deployment may use to finish requests and hand over its sockets. */
const DRAINING_SECONDS = 30;

/** Railway's own default: it may load a model first. */
const CONTAINER_START_SECONDS = 300;

/** What a new deployment runs. */
export interface BackendInput {
	readonly deploymentId: string;
	readonly internalToken: Secret;
	readonly routerService: string;
	readonly serverAddress: string;
	readonly port: number;
	/** `undefined` of a container app. */
	readonly appFile: string | undefined;
	readonly container?: Container | undefined;
	/** Of a container app. */
	readonly framework?: string | null;
	readonly webRoot: string | undefined;
	readonly dockerfile: string;
	/** Of the baseline, references unrendered. */
	readonly redisUrl: string;
	readonly sessionStore: string | null;
	readonly env: ObservedService;
	readonly userVariables: Readonly<Record<string, string>>;
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly mode: 'source' | 'image';
	readonly preview?: Preview | undefined;
}

/** Later wins: managed < session store < references to the env service < `--env` < build args (contract R6.2, R6.3). */
export function backendVariables(input: BackendInput): Variables {
	return {
		[DEPLOYMENT_ID_VARIABLE]: input.deploymentId,
		...(input.container === undefined ? pulseVariables(input) : containerVariables(input.container, nextId(input))),
		...(input.preview === undefined ? {} : { [PREVIEW_VARIABLE]: previewText(input.preview) }),
		PULSE_SERVER_ADDRESS: input.serverAddress,
		PORT: String(input.port),
		...(input.sessionStore === 'railway' ? { [BACKEND_REDIS_URL_VARIABLE]: sessionRedis(input) } : {}),
		...references(input.env),
		...input.userVariables,
		// On Railway a build sees its service's variables, so build arguments of a source build are variables.
		...(input.mode === 'source' ? { ...buildArguments(input), ...dockerfileVariable(input.dockerfile) } : {}),
	};
}

function pulseVariables(input: BackendInput): Variables {
	return {
		[INTERNAL_TOKEN_VARIABLE]: input.internalToken,
		[ROUTER_SERVICE_VARIABLE]: input.routerService,
		...appFile(input),
	};
}

/** The durable truth of its kind, from which the live one is restored. It gets no token: it has no endpoint that asks for it. */
function containerVariables({ affinity, healthPath }: Container, more: Variables): Variables {
	return {
		[DEPLOYMENT_KIND_VARIABLE]: 'container',
		[AFFINITY_VARIABLE]: affinity,
		[HEALTH_PATH_VARIABLE]: healthPath,
		...more,
	};
}

/** Next marks what its pages ask for with it, at build and at run time (decision 25). */
function nextId({ framework, deploymentId }: BackendInput): Record<string, string> {
	return framework === 'Next.js' ? { NEXT_DEPLOYMENT_ID: deploymentId } : {};
}

function appFile({ appFile }: BackendInput): Record<string, string> {
	return appFile === undefined ? {} : { PULSE_APP_FILE: appFile };
}

/**
 * The baseline's Redis also says which deployment is active: an app that has its address moves traffic, past the control
 * token. An operator who would not trust the app with that gives sessions an address of their own.
 */
function sessionRedis({ env, redisUrl }: BackendInput): string {
	const own = env.variables[SESSION_REDIS_URL_VARIABLE];
	const sealed = own === null;
	return sealed || own?.trim() ? reference(env.name, SESSION_REDIS_URL_VARIABLE) : redisUrl;
}

/** What the Dockerfile gets; the user's own win (contract R7.9, decision 14). */
export function buildArguments(input: BackendInput): Readonly<Record<string, string>> {
	return {
		...(input.appFile === undefined ? {} : { APP_FILE: input.appFile, ...appFile(input) }),
		...nextId(input),
		...(input.webRoot === undefined ? {} : { WEB_ROOT: input.webRoot, PULSE_WEB_ROOT: input.webRoot }),
		PULSE_SERVER_ADDRESS: input.serverAddress,
		...input.buildArgs,
	};
}

export function backendSettings(
	app: Pick<LoadedApp, 'language'> | ContainerApp,
	options: { replicas: number; startCommand: string | undefined; image?: string },
): InstanceSettings {
	const start = options.startCommand ?? (app.language === 'container' ? undefined : startCommand(app.language));
	return {
		...(options.image === undefined ? {} : { image: options.image }),
		numReplicas: options.replicas,
		...(start === undefined ? {} : { startCommand: start }),
		...(app.language === 'container'
			? { healthcheckPath: app.container.healthPath, healthcheckTimeout: CONTAINER_START_SECONDS }
			: { healthcheckPath: APP_HEALTH_PATH, healthcheckTimeout: 60 }),
		overlapSeconds: 30,
		drainingSeconds: DRAINING_SECONDS,
	};
}

/**
 * Python's server would bind IPv6 only on `::`; Node's binds both families there, and old Railway networks are IPv6
 * only (decision 14). Railway runs start commands without a shell, so the shell is named for `$PORT`.
 */
function startCommand(language: LoadedApp['language']): string {
	const address = language === 'python' ? '0.0.0.0' : '::';
	return `sh -c 'exec pulse run "$PULSE_APP_FILE" --prod --address ${address} --port "\${PORT:-8000}"'`;
}

/** By reference, so that a secret that is changed there reaches the deployment at its next start (contract R7.8). */
function references(env: ObservedService): Record<string, string> {
	return Object.fromEntries(
		Object.keys(env.variables)
			.filter(isPassedOn)
			.map((name) => [name, reference(env.name, name)]),
	);
}

function dockerfileVariable(dockerfile: string): Record<string, string> {
	return dockerfile === 'Dockerfile' ? {} : { RAILWAY_DOCKERFILE_PATH: dockerfile };
}
