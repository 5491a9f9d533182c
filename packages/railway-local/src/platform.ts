import { once } from 'node:events';
import { createApiServer } from './api/server.ts';
import { assemble } from './assemble.ts';
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
 * @throws DeployToolError `local-already-running`, `local-port-taken`, `local-state-unreadable`, `local-redis-missing`
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
		const registry = openRegistry(dirs.processes);
		undo.push(() => registry.close());
		const parts = await assemble(options, dirs, registry);
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
