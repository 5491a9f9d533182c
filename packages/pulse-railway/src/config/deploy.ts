import { resolve } from 'node:path';
import { type CanaryTerms, canaryTerms } from 'pulse-deploy-kit/canary/settings';
import type { Affinity } from 'pulse-deploy-kit/container/settings';
import { usageError } from 'pulse-deploy-kit/errors';
import { parseKeyValues } from 'pulse-deploy-kit/key-value';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import { type PreviewTerms, previewTerms } from 'pulse-deploy-kit/preview';
import type { ProjectFile } from 'pulse-deploy-kit/project-file';
import type { Secret } from 'pulse-deploy-kit/secret';
import { originText, resolveSettings } from 'pulse-deploy-kit/settings';
import { API_URL_VARIABLE } from '../protocol.ts';
import type { StackNames } from '../stack/names.ts';
import { apiEndpoint, isRailwayApi } from './api.ts';
import { beforeApp, deploySettings } from './deploy-settings.ts';
import type { RememberedTarget } from './remembered.ts';
import { refuseReserved } from './reserved.ts';
import { stackNamesOf } from './stack.ts';
import { type TargetRequest, targetRequest } from './target.ts';

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
	/** Of a container app, as given. */
	readonly port: number | undefined;
	readonly affinity: Affinity;
	readonly railwayBin: string | undefined;
	readonly healthPath: string;
	readonly pageCheck: boolean;
	readonly keepFailed: boolean;
	/** `undefined`: it becomes active, or a preview. */
	readonly canary: CanaryTerms | undefined;
	readonly preview: PreviewTerms | undefined;
	/** Promotes although a deploy that was started later has done so. */
	readonly overLater: boolean;
	/** Stops deploys that were started earlier and are still being made. */
	readonly supersede: boolean;
	/** What it brings, for the history. */
	readonly message: string | undefined;
}

/** A bare name is left to PATH; a path starts where the user is. */
function programPath(cwd: string, program: string | undefined): string | undefined {
	return program?.includes('/') ? resolve(cwd, program) : program;
}

interface Typed {
	/** Of a container app. */
	readonly file?: ProjectFile | undefined;
	readonly remembered?: RememberedTarget | undefined;
	readonly cwd: string;
	readonly flags: Readonly<Record<string, unknown>>;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
}

export function deployInputs({ flags, args, env }: Omit<Typed, 'cwd' | 'file' | 'remembered'>): DeployInputs {
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
	{ language }: { readonly language: LoadedApp['language'] | 'container' },
	plugin: Readonly<Record<string, unknown>>,
): DeployConfig {
	const { values, origins } = resolveSettings(deploySettings, { ...typed, plugin });
	if (language !== 'container' && origins.port !== undefined) {
		throw usageError(`${originText(origins.port)} is for container apps`, 'The port of a Pulse app: --backend-port.');
	}
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
	const preview = previewTerms(values);
	return Object.freeze({
		...inputs,
		target: targetRequest(values, typed.flags, typed.remembered),
		token: values.token,
		names: stackNamesOf(values),
		servicePrefix: values.servicePrefix,
		// What people read in its id is which preview it is.
		deploymentName: preview?.name ?? values.deploymentName,
		imageRepository: values.imageRepository,
		serverAddress: values.serverAddress,
		webRoot: values.webRoot ?? (language === 'python' ? 'web' : undefined),
		dockerfile: values.dockerfile,
		backendPort: values.backendPort,
		backendReplicas: values.backendReplicas,
		startCommand: values.startCommand,
		port: values.port,
		affinity: values.affinity,
		railwayBin: programPath(typed.cwd, values.railwayBin),
		healthPath: values.healthPath,
		pageCheck: values.pageCheck,
		keepFailed: values.keepFailed,
		canary: canaryTerms('--canary', values.canary, values.every),
		preview,
		overLater: values.overLater,
		supersede: values.supersede,
		message: values.message,
	});
}
