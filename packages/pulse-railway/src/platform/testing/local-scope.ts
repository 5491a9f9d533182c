import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from 'pulse-deploy-kit/clock';
import { Secret } from 'pulse-deploy-kit/secret';
import { waitFor } from 'pulse-deploy-kit/wait';
import { processEnvironment } from '../../config/process-env.ts';
import { type Behaviour, type FaultInjector, type LocalPlatform, startLocalPlatform } from '../../local.ts';
import { listFiles } from '../../source/list-files.ts';
import { type PackedSource, pack } from '../../source/pack.ts';
import { type Connection, openConnection } from '../connection.ts';
import { openAccount } from '../open-account.ts';
import { openPlatform } from '../open-platform.ts';
import type { ObservedService, Platform, PlatformDeployment, TokenScope } from '../port.ts';

/** A project on a local platform of its own, with router and janitor from the template, which also gives a canvas group. */
export interface LocalScope {
	readonly local: LocalPlatform;
	readonly scope: TokenScope;
	readonly target: { readonly projectId: string; readonly environmentId: string };
	readonly platform: Platform;
	readonly groupId: string;
	connect(token: string): Connection;
	service(name: string): Promise<ObservedService | undefined>;
	serviceNames(): Promise<string[]>;
	settled(deploymentId: string): Promise<PlatformDeployment>;
	/** A server that answers with its name. */
	sourceArchive(name: string): Promise<PackedSource>;
	close(): Promise<void>;
}

const signal = new AbortController().signal;

export async function startLocalScope(faults: FaultInjector, more: Partial<Behaviour> = {}): Promise<LocalScope> {
	const directory = await mkdtemp(join(tmpdir(), 'pulse-contract-'));
	const connections: Connection[] = [];
	const archives: PackedSource[] = [];
	const local = await startLocalPlatform({
		dir: join(directory, 'state'),
		env: processEnvironment(),
		redis: 'sqlite',
		behaviour: {
			pageSize: 2,
			edgeLimit: 1,
			// The clock hurries through every pause, so also through those that a limit asks for.
			rateLimit: { perHour: 1_000_000, perSecond: 10_000 },
			faults,
			...more,
		},
	});
	const connect = (token: string) => {
		const connection = openConnection({
			token: new Secret(token),
			endpoint: new URL(local.apiUrl),
			clock: { now: Date.now, sleep: (ms, aborted) => systemClock.sleep(Math.min(ms, 30), aborted) },
		});
		connections.push(connection);
		return connection;
	};
	const connection = connect(local.accountToken);
	const project = { name: 'shop', workspaceId: local.workspaceId };
	const scope = await openAccount(connection).createProject(project, signal);
	const target = { projectId: scope.project.id, environmentId: scope.environment.id };
	const platform = openPlatform(connection, target);
	const names = { 'pulse-router': 'foo-router', 'pulse-janitor': 'foo-janitor', 'pulse-redis': 'foo-redis' };
	await platform.deployTemplate('pulse-baseline', names, ['pulse-redis'], signal);
	const services = async () => (await platform.observe(signal)).services;
	const service = async (name: string) => (await services()).find((candidate) => candidate.name === name);

	return {
		local,
		scope,
		target,
		platform,
		connect,
		service,
		groupId: (await service('foo-router'))?.groupId ?? 'none',
		serviceNames: async () => (await services()).map((entry) => entry.name).sort(),
		settled: (deploymentId) =>
			waitFor({
				what: `deployment ${deploymentId}`,
				budgetMs: 30_000,
				intervalsMs: [50],
				clock: systemClock,
				signal,
				check: async () => {
					const deployment = await platform.deployment(deploymentId, signal);
					return ['SUCCESS', 'FAILED', 'CRASHED'].includes(deployment.status) ? deployment : undefined;
				},
			}),
		async sourceArchive(name) {
			const context = join(directory, name);
			await mkdir(context);
			await writeFile(
				join(context, 'server.js'),
				`console.log('up'); require('http').createServer((q, r) => r.end('${name}')).listen(process.env.PORT);`,
			);
			const archive = await pack(await listFiles(context, { gitignore: true }, signal), signal);
			archives.push(archive);
			return archive;
		},
		async close() {
			for (const open of connections) await open.close();
			for (const archive of archives) await archive.dispose();
			await local.close();
			await rm(directory, { recursive: true });
		},
	};
}
