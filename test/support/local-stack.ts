import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandOptions, jsonOf, runPulseRailway } from './command.ts';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COUNTER = join(ROOT, 'examples/counter');

interface UpAnswer {
	readonly api_url: string;
	readonly api_token: string;
	readonly workspace_id: string;
}

export interface DeployAnswer {
	readonly deployment_id: string;
	readonly server_address: string;
	readonly backend_service_id: string;
}

export interface StatusAnswer {
	readonly active_deployment: string | null;
	readonly durable_active_deployment: string | null;
	readonly server_address: string;
	readonly deployments: readonly {
		readonly deployment_id: string;
		readonly state: string;
		readonly hourly_cost?: number | null;
	}[];
}

/** A local platform in a folder of its own, and the commands a user would run against it, as processes. */
export class LocalStack {
	readonly dir: string;
	readonly platform: UpAnswer;
	/** `redis-server 7.0.15`, or SQLite where there is none. */
	readonly redis: string;
	/** Of `init`: what the other commands need to know. */
	target: Readonly<Record<string, string>> = {};
	#ended: Promise<void> | undefined;

	private constructor(dir: string, platform: UpAnswer, redis: string) {
		this.dir = dir;
		this.platform = platform;
		this.redis = redis;
	}

	/** `flags` of `local up`, e.g. `--redis sqlite`. */
	static async up(...flags: string[]): Promise<LocalStack> {
		const dir = await mkdtemp(join(tmpdir(), 'pulse-local-'));
		// What is linked is built already.
		const built = ['--node-modules', join(ROOT, 'node_modules'), '--build-command', 'true'];
		const args = ['local', 'up', '--detach', '--dir', dir, ...built, ...flags];
		const platform = await jsonOf<UpAnswer>(args, { cwd: COUNTER, env: {} }).catch(async (error) => {
			await rm(dir, { recursive: true, force: true, maxRetries: 5 });
			throw error;
		});
		const status = await jsonOf<{ redis: string }>(['local', 'status', '--dir', dir], { cwd: COUNTER, env: {} });
		return new LocalStack(dir, platform, status.redis);
	}

	/** What a user has exported. After `init`, its project and environment too. */
	get options(): CommandOptions {
		const { api_url, api_token, workspace_id } = this.platform;
		return {
			cwd: COUNTER,
			env: {
				PULSE_RAILWAY_API_URL: api_url,
				RAILWAY_API_TOKEN: api_token,
				RAILWAY_WORKSPACE_ID: workspace_id,
				...this.target,
			},
		};
	}

	/** Returns the public address. */
	async init(...flags: string[]): Promise<string> {
		const answer = await jsonOf<{ server_address: string; project_id: string; environment_id: string }>(
			['init', '--app-file', 'app.ts', ...flags],
			this.options,
		);
		this.target = { RAILWAY_PROJECT_ID: answer.project_id, RAILWAY_ENVIRONMENT_ID: answer.environment_id };
		return answer.server_address;
	}

	deployArguments(...flags: string[]): string[] {
		return ['deploy', '--app-file', 'app.ts', ...flags];
	}

	deploy(...flags: string[]): Promise<DeployAnswer> {
		return jsonOf(this.deployArguments(...flags), this.options);
	}

	status(): Promise<StatusAnswer> {
		return jsonOf(['status'], this.options);
	}

	/** Names of all services of the environment, as the platform's API lists them. */
	async services(): Promise<string[]> {
		return (await this.instances()).map((instance) => instance.serviceName);
	}

	/** "Run now" of the cron service, as in the platform's console. */
	async runJanitor(): Promise<void> {
		const janitor = (await this.instances()).find((instance) => instance.serviceName === 'pulse-janitor');
		if (!janitor) throw new Error('there is no janitor service');
		await this.graphql(
			'mutation($id: String!) { deploymentInstanceExecutionCreate(input: {serviceInstanceId: $id}) }',
			{
				id: janitor.id,
			},
		);
	}

	/** What a service wrote, of all its processes. */
	async logsOf(service: string): Promise<string> {
		const { stdout } = await runPulseRailway(['local', 'logs', service, '--dir', this.dir], { cwd: COUNTER, env: {} });
		return stdout;
	}

	/** Names of the services of which nothing is stopped for good. */
	async standing(): Promise<string[]> {
		const all = await this.instances();
		return all.filter(({ latestDeployment }) => latestDeployment?.status !== 'REMOVED').map((one) => one.serviceName);
	}

	/** Runs the janitor until nothing of `id` runs any more: its service may be kept, to be started again. */
	async untilStopped(id: string, budgetMs = 30_000): Promise<void> {
		let nextRun = 0;
		await until(
			`the janitor to stop ${id}`,
			async () => {
				if (!(await this.standing()).includes(id)) return true;
				if (Date.now() < nextRun) return false;
				nextRun = Date.now() + 2_000;
				await this.runJanitor();
				return false;
			},
			budgetMs,
		);
	}

	/** Fails with the platform's last words when it did not live until now. Safe to repeat. */
	down(): Promise<void> {
		this.#ended ??= this.#end();
		return this.#ended;
	}

	async #end(): Promise<void> {
		await fetch(this.platform.api_url).catch(async () => {
			const log = await readFile(join(this.dir, 'platform.log'), 'utf8');
			throw new Error(`the local platform in ${this.dir} has died:\n${log.slice(-4_000)}`);
		});
		await jsonOf(['local', 'down', '--purge', '--yes', '--dir', this.dir], { cwd: COUNTER, env: {} });
		await rm(this.dir, { recursive: true, force: true });
	}

	async instances(): Promise<Instance[]> {
		const found: Instance[] = [];
		for (let after: string | null = null; ; ) {
			const page: Page = await this.graphql(
				'query($id: String!, $after: String) { environment(id: $id) { serviceInstances(first: 50, after: $after) { edges { node { id serviceId serviceName latestDeployment { status } } } pageInfo { hasNextPage endCursor } } } }',
				{ id: this.target.RAILWAY_ENVIRONMENT_ID, after },
			);
			const { edges, pageInfo } = page.environment.serviceInstances;
			found.push(...edges.map((edge) => edge.node));
			if (!pageInfo.hasNextPage) return found;
			after = pageInfo.endCursor;
		}
	}

	/** Asks the platform's API, as its account. */
	async graphql<T>(query: string, variables: Record<string, unknown>): Promise<T> {
		const response = await fetch(`${this.platform.api_url}?source=test`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Bearer ${this.platform.api_token}` },
			body: JSON.stringify({ query, variables }),
		});
		const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
		if (errors) throw new Error(`the platform answered ${JSON.stringify(errors)}`);
		return data;
	}
}

interface Instance {
	readonly id: string;
	readonly serviceId: string;
	readonly serviceName: string;
	readonly latestDeployment: { readonly status: string } | null;
}

interface Page {
	readonly environment: {
		readonly serviceInstances: {
			readonly edges: readonly {
				readonly node: Instance;
			}[];
			readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
		};
	};
}
