import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appFolder } from '../../../packages/pulse-railway/src/cli/testing/app-folder.ts';
import { type Fault, type LocalPlatform, startLocalPlatform } from '../../../packages/pulse-railway/src/local.ts';
import { openStore } from '../../../packages/pulse-railway/src/stores/open.ts';
import { type CommandResult, startPulseRailway } from '../../support/command.ts';
import { type CallName, Calls } from './calls.ts';
import type { FaultKind } from './kinds.ts';

const PULSE = fileURLToPath(new URL('../../../packages/pulse-app/bin/pulse.js', import.meta.url));
/** So rare that it never runs by itself here. */
const NEVER = '0 0 1 1 *';

export interface Target {
	readonly projectId: string;
	readonly environmentId: string;
}

export interface Stack extends Target {
	readonly address: string;
	readonly store: Awaited<ReturnType<typeof openStore>>;
	/** What the janitor service is given. */
	readonly janitorEnv: Readonly<Record<string, string>>;
}

/** A local platform of its own in this process, whose API calls can be broken, and a user's shell. */
export class Lane {
	readonly calls = new Calls();
	/** Of every API call, from now on. */
	latencyMs = 0;
	/** Of builds that begin from now on. */
	buildsNeverEnd = false;
	readonly app: string;
	readonly #state: string;
	readonly #platform: LocalPlatform;

	private constructor(app: string, state: string, platform: LocalPlatform) {
		this.app = app;
		this.#state = state;
		this.#platform = platform;
	}

	static async open(): Promise<Lane> {
		const app = await appFolder();
		const state = await mkdtemp(join(tmpdir(), 'pulse-faults-'));
		await writeImageApp(app.dir);
		const pending: { lane?: Lane } = {};
		const platform = await startLocalPlatform({
			dir: join(state, 'platform'),
			env: process.env,
			nodeModules: join(app.dir, 'node_modules'),
			commands: { pulse: PULSE },
			behaviour: {
				transitionMs: 5,
				stopGraceMs: 1_000,
				stuckBuild: () => pending.lane?.buildsNeverEnd ?? false,
				rateLimit: { perHour: 1_000_000, perSecond: 10_000 },
				faults: (call) => pending.lane?.calls.inject(call) ?? delay(pending.lane?.latencyMs ?? 0),
			},
		});
		const lane = new Lane(app.dir, state, platform);
		await mkdir(lane.#temporary);
		pending.lane = lane;
		return lane;
	}

	async close(): Promise<void> {
		await this.#platform.close();
		const folders = [this.app, this.#state];
		await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 })));
	}

	/** A user's environment. */
	env(more: Readonly<Record<string, string>>): Record<string, string> {
		return {
			PATH: [join(this.app, 'tools'), process.env.PATH].join(delimiter),
			TMPDIR: this.#temporary,
			CI: '1',
			PULSE_RAILWAY_API_URL: this.#platform.apiUrl,
			PULSE_RAILWAY_API_TIMEOUT_SECONDS: '4',
			PULSE_RAILWAY_DEPLOY_LOCK_SECONDS: '5',
			PULSE_RAILWAY_JANITOR_LOCK_SECONDS: '5',
			RAILWAY_API_TOKEN: this.#platform.accountToken,
			...more,
		};
	}

	/** Runs a command, and breaks one of its calls. */
	async run(
		args: readonly string[],
		env: Readonly<Record<string, string>> = {},
		broken: { readonly at: CallName; readonly kind: FaultKind } | null = null,
	): Promise<CommandResult & { readonly calls: readonly CallName[]; readonly met: boolean }> {
		let kill = () => {};
		this.calls.begin(broken === null ? null : { ...broken, kill: () => kill() });
		const { child, result } = startPulseRailway([...args, '--json'], {
			cwd: this.app,
			env: this.env(env),
		});
		kill = () => child.kill('SIGKILL');
		const ended = await result;
		return { ...ended, ...this.calls.end() };
	}

	/** Runs a command that falls asleep at one moment, as a laptop does whose lid is closed. */
	sleeper(args: readonly string[], env: Readonly<Record<string, string>>, at: Moment | null): Sleeper {
		const shown: string[] = [];
		let told = (_asleep: boolean) => {};
		const asleep = new Promise<boolean>((resolve) => {
			told = resolve;
		});
		let child: ChildProcess | undefined;
		const fallAsleep = () => {
			child?.kill('SIGSTOP');
			told(true);
		};
		const sleeps = (kill: () => void): Fault => {
			kill();
			return { kind: 'delay', ms: 0 };
		};
		this.calls.begin(
			at === null || 'line' in at ? null : { at, kind: { name: 'sleeps', fault: sleeps }, kill: fallAsleep },
		);
		const running = startPulseRailway([...args, '--json'], {
			cwd: this.app,
			env: this.env(env),
			onLine: (line) => {
				if (!/^[✓·] /.test(line)) return;
				if (at !== null && 'line' in at && shown.length === at.line) fallAsleep();
				shown.push(line);
			},
		});
		child = running.child;
		void running.result.then(() => told(false));
		return {
			asleep,
			shown,
			result: running.result,
			wake: () => void running.child.kill('SIGCONT'),
			end: () => void running.child.kill('SIGKILL'),
		};
	}

	/** Arguments of an init that makes a new project. */
	initArguments(project: string): string[] {
		return ['init', 'app.ts', '--workspace-id', this.#platform.workspaceId, '--project-name', project].concat(
			'--janitor-cron-schedule',
			NEVER,
		);
	}

	async init(project: string): Promise<Stack> {
		const { code, stdout, stderr } = await this.run(this.initArguments(project));
		if (code !== 0) throw new Error(`init ended with ${code}\n${stderr}${stdout}`);
		return this.stackOf(JSON.parse(stdout));
	}

	async stackOf(made: {
		readonly project_id: string;
		readonly environment_id: string;
		readonly server_address: string;
	}): Promise<Stack> {
		const target = { projectId: made.project_id, environmentId: made.environment_id };
		const janitor = this.serviceId(target, 'pulse-janitor');
		const { env } = await this.graphql<{ env: Record<string, string> }>(
			'query($p: String!, $e: String!, $s: String!) { env: variablesForServiceDeployment(projectId: $p, environmentId: $e, serviceId: $s) }',
			{ p: target.projectId, e: target.environmentId, s: janitor },
		);
		return {
			...target,
			address: made.server_address,
			store: await openStore(env.REDIS_URL ?? '', { prefix: 'pulse:railway' }),
			janitorEnv: {
				...env,
				PULSE_RAILWAY_PRIVATE_NETWORK: this.#platform.privateNetworkFile(target.environmentId),
				PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: '0',
				PULSE_RAILWAY_ROLLBACK_WINDOW: '0',
				// Most attempts want a service to be gone with its deployment.
				PULSE_RAILWAY_REDEPLOY_KEEP: '0',
				// The account's token is in the shell too; the service has its own alone.
				RAILWAY_API_TOKEN: '',
			},
		};
	}

	/** Names of the services of an environment, but for those that are stopped and kept; empty when it is gone. */
	services(target: Target): string[] {
		return this.#described(target)
			.filter(({ status }) => status !== 'REMOVED')
			.map(({ service_name }) => service_name)
			.sort();
	}

	/** The newest deployment of a service, as the platform keeps it. */
	async newestDeployment(target: Target, service: string): Promise<KeptDeployment | undefined> {
		const state = JSON.parse(await readFile(join(this.#state, 'platform', 'state.json'), 'utf8'));
		const id = this.serviceId(target, service);
		const deployments = Object.values(state.deployments) as (KeptDeployment & { serviceId: string })[];
		return deployments.findLast(({ serviceId }) => serviceId === id);
	}

	/** Process ids of a service's replicas. */
	processes(target: Target, service: string): number[] {
		return this.#service(target, service)?.processes.map(({ pid }) => pid) ?? [];
	}

	/** Public addresses of an environment, each with its service. */
	addresses(target: Target): string[] {
		return this.#described(target).flatMap(({ service_name, addresses }) =>
			addresses.map((address) => `${service_name} ${address}`),
		);
	}

	serviceId(target: Target, service: string): string {
		return this.#service(target, service)?.service_id ?? '';
	}

	projects(name: string): string[] {
		const all = this.#platform.describe().environments.filter((one) => one.project_name === name);
		return all.map(({ project_id }) => project_id);
	}

	/** What an init of this project must have said. */
	initResult(name: string): { project_id: string; environment_id: string; server_address: string } {
		const found = this.#platform.describe().environments.find((one) => one.project_name === name);
		const router = found?.services.find(({ service_name }) => service_name === 'pulse-router');
		const { project_id = '', environment_id = '' } = found ?? {};
		return { project_id, environment_id, server_address: router?.addresses[0] ?? '' };
	}

	async tokens(projectId: string): Promise<string[]> {
		const { projectTokens } = await this.graphql<{ projectTokens: { edges: { node: { name: string } }[] } }>(
			'query($p: String!) { projectTokens(projectId: $p, first: 50) { edges { node { name } } } }',
			{ p: projectId },
		);
		return projectTokens.edges.map(({ node }) => node.name);
	}

	async variables(target: Target, serviceId?: string): Promise<Record<string, string>> {
		const { variables } = await this.graphql<{ variables: Record<string, string> }>(
			'query($p: String!, $e: String!, $s: String) { variables(projectId: $p, environmentId: $e, serviceId: $s, unrendered: true) }',
			{ p: target.projectId, e: target.environmentId, ...(serviceId === undefined ? {} : { s: serviceId }) },
		);
		return variables;
	}

	/** Made by hand, and exported as a user would. */
	async emptyProject(name: string): Promise<Record<string, string>> {
		const { projectCreate } = await this.graphql<{
			projectCreate: { id: string; environments: { edges: { node: { id: string } }[] } };
		}>(
			'mutation($name: String!) { projectCreate(input: {name: $name}) { id environments { edges { node { id } } } } }',
			{
				name,
			},
		);
		return {
			RAILWAY_PROJECT_ID: projectCreate.id,
			RAILWAY_ENVIRONMENT_ID: projectCreate.environments.edges[0]?.node.id ?? '',
		};
	}

	async deleteProject(id: string): Promise<void> {
		await this.graphql('mutation($id: String!) { projectDelete(id: $id) }', { id });
	}

	/** What commands left in the temporary directory; it is empty afterwards. */
	async takeLeftFiles(): Promise<string[]> {
		const left = await readdir(this.#temporary);
		await Promise.all(left.map((name) => rm(join(this.#temporary, name), { recursive: true, force: true })));
		return left;
	}

	get #temporary(): string {
		return join(this.app, '.tmp');
	}

	/** Secrets that must never be shown. */
	async secrets(stack: Stack): Promise<string[]> {
		const router = await this.variables(stack, this.serviceId(stack, 'pulse-router'));
		const janitor = await this.variables(stack, this.serviceId(stack, 'pulse-janitor'));
		return [
			this.#platform.accountToken,
			router.PULSE_RAILWAY_CONTROL_TOKEN ?? '',
			router.PULSE_RAILWAY_INTERNAL_TOKEN ?? '',
			janitor.RAILWAY_TOKEN ?? '',
		];
	}

	async graphql<T>(query: string, variables: Record<string, unknown>): Promise<T> {
		const response = await fetch(`${this.#platform.apiUrl}?source=test`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#platform.accountToken}` },
			body: JSON.stringify({ query, variables }),
		});
		const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
		if (errors) throw new Error(`the platform answered ${JSON.stringify(errors)}`);
		return data;
	}

	#service(target: Target, service: string) {
		return this.#described(target).find(({ service_name }) => service_name === service);
	}

	#described({ environmentId }: Target) {
		return this.#platform.describe().environments.find((one) => one.environment_id === environmentId)?.services ?? [];
	}
}

/** Just after an API call arrived, or after the nth line of progress was shown. */
export type Moment = CallName | { readonly line: number };

export interface Sleeper {
	/** False when it ended without having come to the moment. */
	readonly asleep: Promise<boolean>;
	/** Lines of progress until now. */
	readonly shown: readonly string[];
	readonly result: Promise<CommandResult>;
	wake(): void;
	end(): void;
}

interface KeptDeployment {
	/** As they were when it was created. */
	readonly variables: Readonly<Record<string, string>>;
	/** Unix milliseconds. */
	readonly createdAt: number;
	readonly statusUpdatedAt: number;
}

function delay(ms: number): Fault | null {
	return ms === 0 ? null : { kind: 'delay', ms };
}

/**
 * The local platform runs programs, not images: an image whose name it knows starts by the service's own start command,
 * and this app's command leads to the folder. `docker` is a stand-in that succeeds: what it is asked is tested elsewhere.
 */
async function writeImageApp(dir: string): Promise<void> {
	const command = `sh -c 'cd "${dir}" && exec pulse run app.ts --prod --address :: --port "$PORT"'`;
	const source = await readFile(join(dir, 'app.ts'), 'utf8');
	const options = `deploymentName: 'shop', startCommand: ${JSON.stringify(command)}`;
	await writeFile(
		join(dir, 'image.ts'),
		source.replace("deploymentName: 'shop'", () => options),
	);
	await mkdir(join(dir, 'tools'));
	await writeFile(join(dir, 'tools', 'docker'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
	await writeFile(join(dir, '.railwayignore'), '.tmp\ntools\n');
}
