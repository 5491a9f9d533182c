import { once } from 'node:events';
import { createApiServer } from './api/server.ts';
import { assemble } from './assemble.ts';
import { type Containers, formerContainers, openContainers } from './containers/containers.ts';
import type { PlatformDescription } from './describe.ts';
import { openDirectories } from './directories.ts';
import { lockDirectory } from './directory-lock.ts';
import { listen } from './edge/edge.ts';
import type { LocalPlatformOptions } from './options.ts';
import { openRegistry } from './runtime/registry.ts';
import { abandonWorkflows } from './world/workflows.ts';

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
	/** One line: the engine that runs images; `null`: none is used. */
	readonly containers: string | null;
	/** File of the private names of an environment. */
	privateNetworkFile(environmentId: string): string;
	describe(): PlatformDescription;
	/** Resolves when `local down` asked it to stop. */
	readonly stopRequested: Promise<void>;
	/** Stops every service and the API; the state stays. Safe to repeat. */
	close(): Promise<void>;
}

/**
 * Starts the platform in a folder and brings back what ran there.
 *
 * @throws DeployToolError `local-already-running`, `local-port-taken`, `local-state-unreadable`, `local-redis-missing`,
 * `local-no-engine`
 */
export async function startLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
	const dirs = openDirectories(options.dir, options.env);
	const lock = lockDirectory(dirs.root);
	/** Undone last to first: the API and the public addresses close, services stop, the state is written. */
	const undo: (() => unknown)[] = [() => lock.release()];
	const closeAll = async () => {
		while (undo.length > 0) await undo.pop()!();
	};
	try {
		const containers = options.containers === true ? await openContainers(dirs.root, options.env) : null;
		const registry = openRegistry(dirs.processes, containers);
		undo.push(() => registry.close());
		// What a killed platform left, also one that was started without an engine since.
		if (containers === null) await endContainers(formerContainers(dirs.root, options.env));
		else await endContainers(containers, options.report);
		undo.push(() => endContainers(containers, options.report));
		const parts = await assemble(options, dirs, { registry, containers });
		const { world, fleet, edge, logs, engine, background } = parts;
		undo.push(
			() => Promise.all([world.saved(), logs.flushed()]),
			() => fleet.close(),
			() => edge.closeAll(),
		);
		const { server, endSubscriptions } = createApiServer(engine);
		const port = await listen(server, options.port || world.data.apiPort || 0, Boolean(options.port));
		undo.push(async () => {
			endSubscriptions();
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
			await background.settled();
		});
		world.change((data) => {
			data.apiPort = port;
			abandonWorkflows(data);
		});
		for (const row of Object.values(world.data.domains)) await edge.open(row.instanceId, row.port);
		const active = new Set(Object.values(world.data.instances).map((instance) => instance.activeDeploymentId));
		await containers?.removeImages((id) => active.has(id)).catch(() => {});
		fleet.resume();
		await world.saved();
		const { accountToken, workspaceToken, workspace } = world.data;
		const apiUrl = parts.apiUrl();
		lock.publish({ apiUrl, token: accountToken, workspaceId: workspace.id });
		let closing: Promise<void> | undefined;
		return {
			apiUrl,
			accountToken,
			workspaceToken,
			workspaceId: workspace.id,
			redis: parts.redis.text,
			containers: containers?.text ?? null,
			privateNetworkFile: parts.privateNetworkFile,
			describe: engine.describe,
			stopRequested: parts.stopRequested,
			close() {
				closing ??= closeAll();
				return closing;
			},
		};
	} catch (error) {
		await closeAll();
		throw error;
	}
}

/** None of them is needed to go on. */
async function endContainers(containers: Containers | null, report?: LocalPlatformOptions['report']): Promise<void> {
	await containers?.removeAll().catch((error) => report?.(`Containers of this platform may be left: ${String(error)}`));
}
