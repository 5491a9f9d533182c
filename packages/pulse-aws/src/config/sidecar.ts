import { AFFINITIES } from 'pulse-deploy-kit/container/settings';
import { usageError } from 'pulse-deploy-kit/errors';
import { flag, integer, oneOf, text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type Setting, type SettingTable } from 'pulse-deploy-kit/settings';
import { HIDDEN_TAB_SECONDS } from 'pulse-edge/protocol';
import {
	CONTAINER_PORT,
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_NAME_VARIABLE,
	DRAIN_GRACE_VARIABLE,
	DRAIN_POLL_VARIABLE,
	METADATA_VARIABLE,
	METRICS_VARIABLE,
	SIDECAR_VARIABLES,
	TASK_ID_VARIABLE,
} from '../protocol.ts';

/** Everything that the container beside a container app is told; it has no flags. */
export const sidecarSettings = {
	deploymentName: {
		describe: 'name of the deployments; required',
		env: [DEPLOYMENT_NAME_VARIABLE],
		parse: text,
	} as Setting<string>,
	deploymentId: {
		describe: 'the deployment that this task is of; required',
		env: [DEPLOYMENT_ID_VARIABLE],
		parse: text,
	} as Setting<string>,
	upstreamPort: {
		describe: "the app's port on 127.0.0.1; required",
		env: [SIDECAR_VARIABLES.upstreamPort],
		parse: integer({ min: 1, max: 65_535 }),
	} as Setting<number>,
	port: {
		describe: 'port that it listens on, to which the load balancer sends',
		env: [SIDECAR_VARIABLES.port],
		default: CONTAINER_PORT,
		parse: integer({ min: 0, max: 65_535 }),
	},
	healthPath: {
		describe: 'path that the app answers when it is well',
		env: [SIDECAR_VARIABLES.healthPath],
		default: '/',
		parse: path,
	},
	healthHost: {
		describe: 'host name by which the app is asked for that',
		env: [SIDECAR_VARIABLES.healthHost],
		parse: host,
	} as Setting<string>,
	affinity: {
		describe: 'what stays on its version: a tab, or with session a whole browser',
		env: [SIDECAR_VARIABLES.affinity],
		default: 'tab' as const,
		parse: oneOf(...AFFINITIES),
	},
	hiddenTabSeconds: {
		describe: 'how many seconds a hidden tab holds its version, from when it was hidden',
		env: [SIDECAR_VARIABLES.hiddenTabSeconds],
		default: HIDDEN_TAB_SECONDS,
		parse: integer({ min: 1 }),
	},
	drainPollSeconds: {
		describe: 'looks this often, in seconds, whether the deployment drains',
		env: [DRAIN_POLL_VARIABLE],
		default: 5,
		parse: integer({ min: 1 }),
	},
	drainGraceSeconds: {
		describe: 'says that the task is not needed when nothing has been there for so many seconds',
		env: [DRAIN_GRACE_VARIABLE],
		default: 20,
		parse: integer({ min: 0 }),
	},
	stopSeconds: {
		describe:
			'how many seconds open requests and sockets may go on after SIGTERM; below the stop timeout of its container',
		env: [SIDECAR_VARIABLES.stopSeconds],
		default: 110,
		parse: integer({ min: 0 }),
	},
	metrics: {
		describe: 'tell what it counts in its log each minute, for CloudWatch',
		env: [METRICS_VARIABLE],
		default: false,
		parse: flag,
	},
	metadataUri: {
		describe: "where Fargate tells the task's id",
		env: [METADATA_VARIABLE],
		parse: text,
	} as Setting<string>,
	taskId: {
		describe: "the task's id where Fargate does not tell it",
		env: [TASK_ID_VARIABLE],
		parse: text,
	} as Setting<string>,
} satisfies SettingTable;

export type SidecarConfig = ReturnType<typeof sidecarConfig>;

/**
 * Reads the sidecar's variables.
 * @throws usage error for one that is missing or cannot be read, and for an app on the sidecar's own port
 */
export function sidecarConfig(env: Readonly<Record<string, string | undefined>>) {
	const { values } = resolveSettings(sidecarSettings, { flags: {}, env });
	const { deploymentName, deploymentId, upstreamPort } = values;
	if (deploymentName === undefined || deploymentId === undefined || upstreamPort === undefined) {
		const required = ['deploymentName', 'deploymentId', 'upstreamPort'] as const;
		const missing = required.filter((key) => values[key] === undefined).map((key) => sidecarSettings[key].env?.[0]);
		throw usageError(`Missing required env vars: ${missing.join(', ')}`, 'Run pulse-edge sidecar --help');
	}
	if (upstreamPort === values.port) {
		const next = `Set ${SIDECAR_VARIABLES.port} to another one, and the port of the target group with it.`;
		throw usageError(`the app and the sidecar cannot both listen on port ${upstreamPort} of one task`, next);
	}
	return Object.freeze({
		...values,
		deploymentName,
		deploymentId,
		upstreamPort,
		healthHost: values.healthHost ?? null,
		metadataUri: values.metadataUri ?? null,
		taskId: values.taskId ?? null,
	});
}

function path(raw: unknown): string {
	const given = text(raw);
	if (!/^\/[\x21-\x7e]*$/.test(given)) throw new Error('must be a path that begins with /');
	return given;
}

function host(raw: unknown): string {
	const given = text(raw);
	if (!/^[a-z\d.-]+(:\d+)?$/i.test(given)) throw new Error('must be a host name');
	return given;
}
