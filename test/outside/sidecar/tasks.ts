import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWire, type Wire } from 'aws-world/wire/server';
import { type AwsWorld, createAwsWorld } from 'aws-world/world';
import { ROOT } from '../../repository/source-files.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import { Balancer } from './balancer.ts';

/** Its tasks share no network here, and the example listens on a port of its own. */
const LISTEN_ELSEWHERE = `data:text/javascript,import net from 'node:net';
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (port) { return listen.call(this, Number(process.env.PORT), '127.0.0.1'); };`;
const SIDECAR = join(ROOT, 'packages/pulse-aws/dist/sidecar-image/lib/sidecar/bin.js');

/** Versions of an example, each an app with its sidecar, behind one load balancer. */
export class Tasks {
	readonly #folder = mkdtempSync(join(tmpdir(), 'pulse-sidecar-'));
	readonly #balancer = new Balancer(this.#folder);
	readonly #tasks = new Map<string, { readonly app: ChildProcess; readonly sidecar: ChildProcess }>();
	readonly #ports = new Map<string, number>();
	readonly #activeOnes: string[] = [];
	readonly #world: AwsWorld;
	readonly #wire: Wire;
	#deploys = 0;

	private constructor(world: AwsWorld, wire: Wire) {
		[this.#world, this.#wire] = [world, wire];
	}

	static async open(example: string): Promise<Tasks> {
		const world = await createAwsWorld();
		const wire = await openWire({ ...world.aws, findTask: () => undefined, account: '123456789012' });
		const tasks = new Tasks(world, wire);
		cpSync(join(ROOT, 'examples/any-app', example), tasks.#folder, { recursive: true });
		tasks.#run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], {});
		return tasks;
	}

	get address(): string {
		return this.#balancer.address;
	}

	async deploy(): Promise<string> {
		const id = `version-${++this.#deploys}`;
		this.#run('npm', ['run', 'build', '--', '--outDir', join(id, 'dist')], { PULSE_DEPLOYMENT_ID: id });
		const [port, edgePort] = [await freePort(), await freePort()];
		const cwd = join(this.#folder, id);
		const { PATH } = process.env;
		const started = ['--import', LISTEN_ELSEWHERE, join(this.#folder, 'server.js')];
		const app = spawn(process.execPath, started, {
			cwd,
			env: { PATH, PULSE_DEPLOYMENT_ID: id, PORT: String(port) },
			stdio: 'inherit',
		});
		const env = {
			PATH,
			PULSE_AWS_DEPLOYMENT_NAME: 'prod',
			PULSE_AWS_DEPLOYMENT_ID: id,
			PULSE_AWS_TASK_ID: 'one',
			PULSE_AWS_DRAIN_POLL_SECONDS: '1',
			PULSE_EDGE_UPSTREAM_PORT: String(port),
			PULSE_EDGE_PORT: String(edgePort),
			PULSE_EDGE_HIDDEN_TAB_SECONDS: '90',
			PULSE_EDGE_STOP_SECONDS: '10',
			AWS_REGION: 'us-east-1',
			AWS_ACCESS_KEY_ID: 'task',
			AWS_SECRET_ACCESS_KEY: 'secret',
			AWS_ENDPOINT_URL_SSM: this.#wire.origin,
		};
		const sidecar = spawn(process.execPath, [SIDECAR, 'sidecar'], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
		this.#tasks.set(id, { app, sidecar });
		this.#ports.set(id, edgePort);
		const well = () =>
			fetch(`http://127.0.0.1:${edgePort}/_pulse/health`).then(
				({ ok }) => ok,
				() => false,
			);
		await until(`${id} is well`, well);
		await this.#activate(id);
		return id;
	}

	async rollBack(): Promise<string> {
		const before = this.#activeOnes.at(-2) ?? '';
		await this.#activate(before);
		return before;
	}

	/** As ECS ends a task: its rules first, then the sidecar, then the app. */
	async delete(id: string): Promise<void> {
		this.#ports.delete(id);
		await this.#balancer.route(this.#ports, this.#activeOnes.at(-1)!);
		await this.#end(id);
	}

	async status() {
		const active = this.#activeOnes.at(-1) ?? '';
		const deployments = [...this.#ports.keys()].map((id) => ({
			deployment_id: id,
			state: id === active ? 'active' : 'draining',
			tabs: this.word(id)?.startsWith('healthy') ? 1 : 0,
			sockets: 0,
			requests_in_flight: 0,
		}));
		return { active_deployment: active, server_address: this.address, deployments };
	}

	/** What the task says of itself. */
	word(id: string): string | undefined {
		return this.#world.parameters.get(`/apps/prod/${id}/tasks/one`)?.value;
	}

	async mark(id: string, state: 'active' | 'draining'): Promise<void> {
		const parameter = { Name: `/apps/prod/${id}/state`, Value: state, Type: 'String', Overwrite: true } as const;
		await this.#world.aws.ssm.putParameter(parameter);
	}

	async close(): Promise<void> {
		for (const id of [...this.#tasks.keys()]) await this.#end(id);
		this.#balancer.close();
		await this.#wire.close();
		await this.#world.close();
		rmSync(this.#folder, { recursive: true, force: true });
	}

	async #activate(id: string): Promise<void> {
		this.#activeOnes.push(id);
		for (const one of this.#ports.keys()) await this.mark(one, one === id ? 'active' : 'draining');
		await this.#balancer.route(this.#ports, id);
	}

	async #end(id: string): Promise<void> {
		const task = this.#tasks.get(id);
		this.#tasks.delete(id);
		for (const child of [task?.sidecar, task?.app]) {
			if (child === undefined || child.exitCode !== null || child.signalCode !== null) continue;
			const gone = new Promise((resolve) => child.once('exit', resolve));
			child.kill('SIGTERM');
			await gone;
		}
	}

	#run(command: string, args: readonly string[], env: Record<string, string>): void {
		const { PATH, HOME } = process.env;
		const ran = spawnSync(command, args, { cwd: this.#folder, env: { PATH, HOME, ...env }, encoding: 'utf8' });
		if (ran.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${ran.stderr}${ran.stdout}`);
	}
}
