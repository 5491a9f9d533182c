import { resolve } from 'node:path';
import { pagePath } from 'pulse-deploy-kit/check-page';
import { usageError } from 'pulse-deploy-kit/errors';
import { parseKeyValues } from 'pulse-deploy-kit/key-value';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import type { Secret } from 'pulse-deploy-kit/secret';
import { flag, integer, list, text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type SettingTable } from 'pulse-deploy-kit/settings';
import { parseOrigin } from '../address.ts';
import { parseNewDeploymentId } from '../deployments/id.ts';
import { API_URL_VARIABLE, DEFAULT_BACKEND_PORT, MAX_REPLICAS } from '../protocol.ts';
import type { StackNames } from '../stack/names.ts';
import { apiEndpoint, isRailwayApi } from './api.ts';
import { refuseReserved } from './reserved.ts';
import { stackNamesOf, stackSettings } from './stack.ts';
import { type TargetRequest, targetRequest, targetSettings } from './target.ts';

/** Settings that are needed before the app is loaded: none of them can come from its plugin. */
const beforeApp = {
	appFile: {
		flag: '--app-file <path>',
		describe: 'file that creates the App, relative to the context',
		env: ['PULSE_RAILWAY_APP_FILE'],
		defaultText: 'main.py, app.ts or app.js',
		parse: text,
	},
	context: {
		flag: '--context <path>',
		describe: 'directory that is built',
		env: ['PULSE_RAILWAY_CONTEXT'],
		default: '.',
		parse: text,
	},
	deploymentId: {
		flag: '--deployment-id <id>',
		describe: 'exact id of the new deployment, also its image tag',
		defaultText: '<deployment name>-<UTC date>-<time>',
		parse: (raw: unknown) => parseNewDeploymentId(text(raw)),
	},
	buildArg: { flag: '--build-arg <KEY=VALUE>', repeatable: true, describe: 'build argument', parse: list },
	env: { flag: '--env <KEY=VALUE>', repeatable: true, describe: 'variable of the new deployment', parse: list },
	gitignore: { flag: '--no-gitignore', describe: 'upload what .gitignore excludes', default: true, parse: flag },
} satisfies SettingTable;

export const deploySettings = {
	...beforeApp,
	...targetSettings,
	...stackSettings,
	deploymentName: {
		flag: '--deployment-name <name>',
		describe: 'first part of the generated id',
		env: ['PULSE_RAILWAY_DEPLOYMENT_NAME'],
		plugin: 'deploymentName',
		default: 'prod',
		parse: text,
	},
	imageRepository: {
		flag: '--image-repository <repository>',
		describe: 'build here and push there, instead of uploading the source',
		env: ['PULSE_RAILWAY_IMAGE_REPOSITORY'],
		plugin: 'imageRepository',
		parse: text,
	},
	serverAddress: {
		flag: '--server-address <origin>',
		describe: 'public address of the app',
		env: ['PULSE_SERVER_ADDRESS'],
		plugin: 'serverAddress',
		defaultText: "the app's own, else the router's domain",
		parse: (raw: unknown) => parseOrigin(text(raw)),
	},
	webRoot: {
		flag: '--web-root <path>',
		describe: 'directory of the web app, relative to the context',
		env: ['PULSE_RAILWAY_WEB_ROOT'],
		plugin: 'webRoot',
		defaultText: "the app's own for Python apps",
		parse: text,
	},
	dockerfile: {
		flag: '--dockerfile <path>',
		describe: 'Dockerfile, inside the context',
		env: ['PULSE_RAILWAY_DOCKERFILE'],
		plugin: 'dockerfile',
		default: 'Dockerfile',
		parse: text,
	},
	backendPort: {
		flag: '--backend-port <port>',
		describe: 'port that the deployment listens on',
		env: ['PULSE_RAILWAY_BACKEND_PORT'],
		default: DEFAULT_BACKEND_PORT,
		parse: integer({ min: 1, max: 65_535 }),
	},
	backendReplicas: {
		flag: '--backend-replicas <n>',
		describe: 'replicas; more than 1 splits sessions that are kept in memory',
		env: ['PULSE_RAILWAY_BACKEND_REPLICAS'],
		default: 1,
		parse: integer({ min: 1, max: MAX_REPLICAS }),
	},
	startCommand: { plugin: 'startCommand', describe: 'start command of the deployment', parse: text },
	railwayBin: {
		flag: '--railway-bin <path>',
		describe: 'upload by this Railway CLI',
		env: ['PULSE_RAILWAY_BIN'],
		parse: text,
	},
	healthPath: {
		flag: '--health-path <path>',
		describe: 'page that must give no server error before visitors are sent to the deployment',
		env: ['PULSE_RAILWAY_HEALTH_PATH'],
		plugin: 'healthPath',
		default: '/',
		parse: pagePath,
	},
	pageCheck: {
		flag: '--no-page-check',
		describe: 'ask for no page, only whether the deployment is healthy',
		env: ['PULSE_RAILWAY_PAGE_CHECK'],
		default: true,
		parse: flag,
	},
	overLater: {
		flag: '--over-later',
		describe: 'go before a deploy that was started later and went first',
		default: false,
		parse: flag,
	},
	keepFailed: { flag: '--keep-failed', describe: 'leave a failed deployment in place', default: false, parse: flag },
} satisfies SettingTable;

/** Read and checked before the app's code runs (contract R6.1). */
export interface DeployInputs {
	readonly context: string;
	readonly appFile: string | undefined;
	readonly deploymentId: string | undefined;
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly env: Readonly<Record<string, string>>;
	readonly useGitignore: boolean;
}

export interface DeployConfig extends DeployInputs {
	readonly target: TargetRequest;
	readonly token: Secret | undefined;
	readonly names: StackNames;
	readonly servicePrefix: string | undefined;
	readonly deploymentName: string;
	readonly imageRepository: string | undefined;
	readonly serverAddress: string | undefined;
	readonly webRoot: string | undefined;
	readonly dockerfile: string;
	readonly backendPort: number;
	readonly backendReplicas: number;
	readonly startCommand: string | undefined;
	readonly railwayBin: string | undefined;
	readonly healthPath: string;
	readonly pageCheck: boolean;
	readonly keepFailed: boolean;
	/** Promotes although a deploy that was started later has done so. */
	readonly overLater: boolean;
}

/** A bare name is left to PATH; a path starts where the user is. */
function programPath(cwd: string, program: string | undefined): string | undefined {
	return program?.includes('/') ? resolve(cwd, program) : program;
}

interface Typed {
	readonly cwd: string;
	readonly flags: Readonly<Record<string, unknown>>;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
}

export function deployInputs({ flags, args, env }: Omit<Typed, 'cwd'>): DeployInputs {
	if (args[0] !== undefined && flags.appFile !== undefined) {
		throw usageError('give the app file once: as argument or with --app-file');
	}
	const { values } = resolveSettings(beforeApp, { flags: { ...flags, appFile: args[0] ?? flags.appFile }, env });
	const inputs = {
		context: values.context,
		appFile: values.appFile,
		deploymentId: values.deploymentId,
		buildArgs: parseKeyValues('--build-arg', values.buildArg ?? []),
		env: parseKeyValues('--env', values.env ?? []),
		useGitignore: values.gitignore,
	};
	refuseReserved('--env', inputs.env);
	refuseReserved('--build-arg', inputs.buildArgs);
	return inputs;
}

/** Flags > environment > plugin > default, except where the plugin comes before the environment. */
export function deployConfig(
	typed: Typed,
	inputs: DeployInputs,
	app: LoadedApp,
	plugin: Readonly<Record<string, unknown>>,
): DeployConfig {
	const { values } = resolveSettings(deploySettings, { flags: typed.flags, env: typed.env, plugin });
	if (values.imageRepository !== undefined && !inputs.useGitignore) {
		throw usageError('--no-gitignore cannot be used with --image-repository');
	}
	if (
		values.railwayBin !== undefined &&
		values.imageRepository === undefined &&
		!isRailwayApi(apiEndpoint(typed.env))
	) {
		throw usageError(
			`--railway-bin (PULSE_RAILWAY_BIN) cannot be used with ${API_URL_VARIABLE}: the Railway CLI would upload to railway.com`,
			'Leave out --railway-bin: pulse-railway uploads by itself.',
		);
	}
	return Object.freeze({
		...inputs,
		target: targetRequest(values, typed.flags),
		token: values.token,
		names: stackNamesOf(values),
		servicePrefix: values.servicePrefix,
		deploymentName: values.deploymentName,
		imageRepository: values.imageRepository,
		serverAddress: values.serverAddress,
		webRoot: values.webRoot ?? (app.language === 'python' ? 'web' : undefined),
		dockerfile: values.dockerfile,
		backendPort: values.backendPort,
		backendReplicas: values.backendReplicas,
		startCommand: values.startCommand,
		railwayBin: programPath(typed.cwd, values.railwayBin),
		healthPath: values.healthPath,
		pageCheck: values.pageCheck,
		keepFailed: values.keepFailed,
		overLater: values.overLater,
	});
}
