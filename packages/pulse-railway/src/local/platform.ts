import { once } from 'node:events';
import { join } from 'node:path';
import type { RedisAddress } from './api/context.ts';
import { createApiServer, type ServerEngine } from './api/server.ts';
import { writeCommands } from './build/commands.ts';
import { describePlatform, type PlatformDescription } from './describe.ts';
import { openDirectories } from './directories.ts';
import { lockDirectory } from './directory-lock.ts';
import { createEdge, listen } from './edge/edge.ts';
import { machinePath, npmEnvironment, serviceBasics } from './host-environment.ts';
import { DEFAULT_BEHAVIOUR, type LocalPlatformOptions } from './options.ts';
import { OWN_BIN } from './own-bin.ts';
import { openPrivateNetworkFiles } from './private-network-file.ts';
import { chooseRedis } from './redis-choice.ts';
import { createFleet } from './runtime/fleet.ts';
import { openLogs } from './runtime/logs.ts';
import { freePort } from './runtime/ports.ts';
import { publishAddress } from './runtime/publish-address.ts';
import { openRegistry } from './runtime/registry.ts';
import type { RuntimeContext } from './runtime/runtime-context.ts';
import { openWorld } from './world/world.ts';

/** A running local platform. */
export interface LocalPlatform {
	/** For `PULSE_RAILWAY_API_URL`. */
	readonly apiUrl: string;
	/** For `RAILWAY_API_TOKEN`: an account token, which may do everything. */
	readonly accountToken: string;
	/** Bearer of the one workspace; `me` is closed to it. */
	readonly workspaceToken: string;
	readonly workspaceId: string;
	/** One line: how Redis services run here. */
	readonly redis: string;
	/** File of the private names of an environment. */
	privateNetworkFile(environmentId: string): string;
	describe(): PlatformDescription;
	/** Resolves when somebody asked it to stop through `local down`. */
	readonly stopRequested: Promise<void>;
	/** Stops every service and the API; the state stays. Safe to repeat. */
	close(): Promise<void>;
}

/**
 * Starts the platform in a folder and brings back what ran there.
 *
 * @throws DeployToolError `local-already-running`, `local-port-taken`, `local-state-unreadable`, `local-redis-missing`
 */
export async function startLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
	const dirs = openDirectories(options.dir);
	const lock = lockDirectory(dirs.root);
	const behaviour = { ...DEFAULT_BEHAVIOUR, ...options.behaviour };
	const now = options.now ?? Date.now;
	const path = machinePath(options.env);
	const background = new Set<Promise<void>>();
	const registry = openRegistry(dirs.processes);
	const undo: (() => Promise<void> | void)[] = [() => lock.release(), () => registry.close()];
	const closeAll = async () => {
		while (undo.length > 0) await undo.pop()!();
	};
	try {
		const redis = chooseRedis(options.redis ?? 'auto', path);
		const world = openWorld({ path: dirs.state, now, staleReadsMs: behaviour.staleReadsMs });
		undo.push(() => world.saved());
		const logs = openLogs(dirs.logs, now);
		undo.push(() => logs.flushed());
		const privateNetwork = openPrivateNetworkFiles(dirs.network);
		let apiUrl = '';
		const context: RuntimeContext = {
			world,
			behaviour,
			now,
			logs,
			registry,
			privateNetwork,
			dependencies: {
				cacheDir: dirs.dependencies,
				nodeModules: options.nodeModules ?? null,
				env: npmEnvironment(options.env),
			},
			basics: serviceBasics(options.env),
			machinePath: path,
			commandsDir: await writeCommands(dirs.commands, { 'pulse-railway': OWN_BIN, ...options.commands }),
			dataDir: dirs.data,
			deploymentDir: (id) => join(dirs.deployments, id),
			snapshotPath: (id) => join(dirs.snapshots, `${id}.tgz`),
			apiUrl: () => apiUrl,
			onReplicaChange: (instanceId, live) => {
				const instance = world.data.instances[instanceId];
				if (instance?.activeDeploymentId === live.deploymentId) publishAddress(context, instance, live);
			},
		};
		const fleet = createFleet(context);
		undo.push(() => fleet.close());
		const edge = createEdge((instanceId) => fleet.portsOf(instanceId));
		undo.push(() => edge.closeAll());
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
			redisAddress: async (instanceId): Promise<RedisAddress> => {
				if (redis.kind === 'sqlite')
					return { kind: 'sqlite', url: `sqlite://${join(dirs.data, `${instanceId}.sqlite`)}` };
				const port = await freePort();
				world.change((data) => {
					data.instances[instanceId]!.fixedPort = port;
				});
				return { kind: 'server', port };
			},
			inBackground(work) {
				const running = work().finally(() => background.delete(running));
				background.add(running);
			},
			describe: () => describePlatform(world.data, fleet, apiUrl, redis.text),
			requestStop: () => requestStop(),
		};
		const server = createApiServer(engine);
		const port = await listen(server, options.port || world.data.apiPort || 0);
		undo.push(async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
			await Promise.all(background);
		});
		apiUrl = `http://127.0.0.1:${port}/graphql/v2`;
		world.change((data) => {
			data.apiPort = port;
		});
		for (const row of Object.values(world.data.domains)) await edge.open(row.instanceId, row.port);
		fleet.resume();
		await world.saved();
		const { accountToken, workspaceToken, workspace } = world.data;
		lock.publish({ apiUrl, token: accountToken, workspaceId: workspace.id });
		let closing: Promise<void> | undefined;
		return {
			apiUrl,
			accountToken,
			workspaceToken,
			workspaceId: workspace.id,
			redis: redis.text,
			privateNetworkFile: (environmentId) => privateNetwork.path(environmentId),
			describe: () => describePlatform(world.data, fleet, apiUrl, redis.text),
			stopRequested,
			close: () => (closing ??= closeAll()),
		};
	} catch (error) {
		await closeAll();
		throw error;
	}
}
