import type { PluginContext } from 'pulse-app';
import type { Clock } from 'pulse-deploy-kit/clock';
import { regionFrom } from '../config/region.ts';
import { readTaskAddresses, type TaskLists, taskLists } from '../platform/task-addresses.ts';
import { APP_SECRET_VARIABLE, TASK_SECRET_VARIABLE } from '../protocol.ts';
import { Replicas } from '../replicas/replicas.ts';
import type { TaskVariables } from '../task/drain-watch.ts';
import { readOwnTask } from '../task/own-task.ts';

/** The app starts first, and not all tasks ask at once. */
const LOOK_AFTER_MS = 10_000;

interface Parts {
	readonly variables: TaskVariables;
	/** Undefined: the SDK's client, loaded when it is needed first. */
	readonly ecs: TaskLists | undefined;
	readonly context: PluginContext;
	readonly clock: Clock;
	/** Uniform in [0, 1). */
	readonly random: () => number;
	readonly signal: AbortSignal;
}

/** This task among those of its deployment; `null` where it does not know its own address, or shares no secret with them. */
export async function findReplicas(parts: Parts): Promise<Replicas | null> {
	const { variables, context, clock, random, signal } = parts;
	const { env, log } = context;
	const secret = env[APP_SECRET_VARIABLE] || env[TASK_SECRET_VARIABLE];
	const own = secret ? await readOwnTask(variables.metadataUri, clock, signal) : null;
	if (!secret || !own?.address) {
		// Not on Fargate there are no tasks.
		if (variables.metadataUri !== null)
			log.warn(
				{ lacks: secret ? 'address' : TASK_SECRET_VARIABLE },
				'pages stay at their task by the cookie of the load balancer alone',
			);
		return null;
	}
	const { cluster, address } = own;
	let loading: Promise<TaskLists> | null = parts.ecs === undefined ? null : Promise.resolve(parts.ecs);
	const { deploymentId } = variables;
	const replicas = new Replicas({
		secret,
		deploymentId,
		address,
		list: async () => {
			loading ??= taskLists(regionFrom(undefined, env), env);
			return readTaskAddresses(await loading, { cluster, serviceName: deploymentId });
		},
		log,
		clock,
	});
	clock.sleep(LOOK_AFTER_MS * (0.5 + random()), signal).then(
		() => replicas.look(),
		() => {},
	);
	return replicas;
}
