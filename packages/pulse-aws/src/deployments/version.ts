import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import type { TaskRequest } from '../config/task.ts';
import {
	APP_ID_VARIABLE,
	CONTAINER_NAME,
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_NAME_VARIABLE,
	DRAIN_GRACE_VARIABLE,
	DRAIN_POLL_VARIABLE,
	METRICS_VARIABLE,
	NEXT_ID_VARIABLE,
	SIDECAR_CONTAINER_NAME,
	SIDECAR_VARIABLES,
	TASK_SECRET_VARIABLE,
} from '../protocol.ts';
import type { ContainerRequest } from './container.ts';

/** What ran as a deployment, as its task definition has it: whatever `taskDefinition` makes of a request, read back. */
export interface Version {
	readonly id: string;
	readonly imageUri: string;
	/** But for how many there are, which is not of the version. */
	readonly task: Omit<TaskRequest, 'desiredCount'>;
	/** `null`: a Pulse app. */
	readonly container: ContainerRequest | null;
}

/** Those that the tool sets itself, and sets anew. */
const OWN: ReadonlySet<string> = new Set([
	DEPLOYMENT_NAME_VARIABLE,
	DEPLOYMENT_ID_VARIABLE,
	DRAIN_POLL_VARIABLE,
	DRAIN_GRACE_VARIABLE,
	METRICS_VARIABLE,
	TASK_SECRET_VARIABLE,
]);
const OWN_OF_CONTAINER: ReadonlySet<string> = new Set(['PORT', APP_ID_VARIABLE, NEXT_ID_VARIABLE]);

/** @returns `null` for a task definition that this tool did not write */
export function versionOf(definition: TaskDefinition): Version | null {
	const app = definition.containerDefinitions?.find(({ name }) => name === CONTAINER_NAME);
	const sidecar = definition.containerDefinitions?.find(({ name }) => name === SIDECAR_CONTAINER_NAME);
	const told = variablesOf(sidecar ?? app ?? {});
	const id = told[DEPLOYMENT_ID_VARIABLE];
	if (id === undefined || app?.image === undefined) return null;
	const own = sidecar === undefined ? OWN : OWN_OF_CONTAINER;
	return {
		id,
		imageUri: app.image,
		task: {
			cpu: definition.cpu ?? '256',
			memory: definition.memory ?? '512',
			architecture: definition.runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'x86_64',
			keepsArchitecture: false,
			env: Object.fromEntries(Object.entries(variablesOf(app)).filter(([name]) => !own.has(name))),
			secrets: Object.fromEntries((app.secrets ?? []).map(({ name = '', valueFrom = '' }) => [name, valueFrom])),
			drainPollSeconds: numberOf(told[DRAIN_POLL_VARIABLE], 5),
			drainGraceSeconds: numberOf(told[DRAIN_GRACE_VARIABLE], 20),
			metrics: told[METRICS_VARIABLE] === '1',
		},
		container: sidecar === undefined ? null : containerOf(app, sidecar),
	};
}

function containerOf(app: ContainerDefinition, sidecar: ContainerDefinition): ContainerRequest {
	const told = variablesOf(sidecar);
	const builtAs = variablesOf(app)[NEXT_ID_VARIABLE];
	const [program] = app.entryPoint ?? [];
	return {
		affinity: told[SIDECAR_VARIABLES.affinity] === 'session' ? 'session' : 'tab',
		port: numberOf(told[SIDECAR_VARIABLES.upstreamPort], 0),
		healthPath: told[SIDECAR_VARIABLES.healthPath] ?? '/',
		healthHost: told[SIDECAR_VARIABLES.healthHost] ?? '',
		start: program === undefined ? null : [program, ...(app.command ?? [])],
		sidecarImage: sidecar.image ?? '',
		hiddenTabSeconds: numberOf(told[SIDECAR_VARIABLES.hiddenTabSeconds], 900),
		framework: builtAs === undefined ? null : 'Next.js',
		...(builtAs === undefined ? {} : { builtAs }),
		says: 'A container app, as it ran before',
	};
}

function variablesOf({ environment = [] }: ContainerDefinition): Record<string, string> {
	return Object.fromEntries(environment.map(({ name = '', value = '' }) => [name, value]));
}

function numberOf(text: string | undefined, otherwise: number): number {
	const value = Number(text);
	return text !== undefined && Number.isInteger(value) ? value : otherwise;
}
