import { join } from 'node:path';
import type { RedisAddress } from './api/context.ts';
import type { ServerEngine } from './api/server.ts';
import { createBackground } from './background.ts';
import { writeCommands } from './build/commands.ts';
import { describePlatform } from './describe.ts';
import type { Directories } from './directories.ts';
import { createEdge } from './edge/edge.ts';
import { machinePath, npmEnvironment, serviceBasics } from './host-environment.ts';
import { DEFAULT_BEHAVIOUR, type LocalPlatformOptions } from './options.ts';
import { openPrivateNetworkFiles } from './private-network-file.ts';
import { chooseRedis } from './redis-choice.ts';
import { createFleet } from './runtime/fleet.ts';
import { openLogs } from './runtime/logs.ts';
import { freePort } from './runtime/ports.ts';
import { publishAddress } from './runtime/publish-address.ts';
import type { RuntimeContext } from './runtime/runtime-context.ts';
import { openWorld } from './world/world.ts';

/** Makes the parts of a platform and joins them; nothing runs or listens yet. */
export async function assemble(
	options: LocalPlatformOptions,
	dirs: Directories,
	{ registry, containers }: Pick<RuntimeContext, 'registry' | 'containers'>,
) {
	const behaviour = { ...DEFAULT_BEHAVIOUR, ...options.behaviour };
	const now = options.now ?? Date.now;
	const path = machinePath(options.env);
	const redis = chooseRedis(options.redis ?? 'auto', path);
	const world = openWorld({ path: dirs.state, now, staleReadsMs: behaviour.staleReadsMs });
	const logs = openLogs(dirs.logs, now);
	const privateNetwork = openPrivateNetworkFiles(dirs.network);
	const apiUrl = () => `http://127.0.0.1:${world.data.apiPort}/graphql/v2`;
	const context: RuntimeContext = {
		world,
		behaviour,
		now,
		logs,
		registry,
		containers,
		privateNetwork,
		dependencies: {
			cacheDir: dirs.dependencies,
			nodeModules: options.nodeModules ?? null,
			env: npmEnvironment(options.env),
		},
		buildCommand: options.buildCommand ?? null,
		basics: serviceBasics(options.env),
		machinePath: path,
		commandsDir: await writeCommands(dirs.commands, options.commands ?? {}),
		dataDir: dirs.data,
		deploymentDir: (id) => join(dirs.deployments, id),
		snapshotPath: (id) => join(dirs.snapshots, `${id}.tgz`),
		apiUrl,
		report: options.report ?? (() => {}),
		onReplicaChange(instanceId, live) {
			const instance = world.data.instances[instanceId];
			if (instance?.activeDeploymentId !== live.deploymentId) return;
			try {
				publishAddress(context, instance, live);
			} catch (error) {
				context.report(`The private address of a service could not be written: ${String(error)}`);
			}
		},
	};
	const fleet = createFleet(context);
	const edge = createEdge((instanceId) => fleet.portsOf(instanceId));
	const background = createBackground(context.report);
	let requestStop = () => {};
	const stopRequested = new Promise<void>((resolve) => {
		requestStop = resolve;
	});
	const engine: ServerEngine = {
		world,
		fleet,
		logs,
		behaviour,
		now,
		uploadsDir: dirs.uploads,
		snapshotPath: context.snapshotPath,
		openDomain: (instanceId) => edge.open(instanceId, 0),
		closeDomain: (port) => edge.close(port),
		renamePrivateAddress: (environmentId, before, after) => privateNetwork.rename(environmentId, before, after),
		async redisAddress(instanceId): Promise<RedisAddress> {
			if (redis.kind === 'sqlite')
				return { kind: 'sqlite', url: `sqlite://${join(dirs.data, `${instanceId}.sqlite`)}` };
			const port = await freePort();
			world.change((data) => {
				data.instances[instanceId]!.fixedPort = port;
			});
			return { kind: 'server', port };
		},
		inBackground: (work) => void background.track(work()),
		describe: () =>
			describePlatform(world.data, fleet, {
				apiUrl: apiUrl(),
				redis: redis.text,
				containers: containers?.text ?? null,
			}),
		requestStop: () => requestStop(),
	};
	const privateNetworkFile = (environmentId: string) => privateNetwork.path(environmentId);
	return { world, fleet, edge, logs, engine, redis, background, stopRequested, privateNetworkFile, apiUrl };
}
