import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from '../../repository/source-files.ts';
import { jsonOf } from '../../support/command.ts';
import { commandsOfPage } from '../../support/commands-of-page.ts';
import { lineToPaste, Terminal } from '../../support/terminal.ts';

interface Status {
	readonly active_deployment: string;
	readonly server_address: string;
	readonly deployments: readonly {
		readonly deployment_id: string;
		readonly state: string;
		readonly tabs: number;
		readonly sockets: number;
		readonly requests_in_flight: number;
	}[];
}

/** An example in a folder of its own, deployed by the commands of its page at a terminal. */
export class StackOfPage {
	readonly app: string;
	readonly folder: string;
	readonly #deploy: string;
	readonly #rollback: string;
	readonly #begin: readonly string[];
	#terminal: Terminal | null = null;
	#env: Record<string, string> = {};

	constructor(app: string) {
		this.app = app;
		const [up = '', init = '', deploy = '', rollback = '', ...more] = commandsOfPage(
			`examples/any-app/${app}/README.md`,
		);
		if (!/rollback$/.test(rollback) || more.length > 0) throw new Error(`the page of ${app} has other commands`);
		[this.#begin, this.#deploy, this.#rollback] = [[up, init], deploy, rollback];
		this.folder = mkdtempSync(join(tmpdir(), `pulse-${app}-`));
		cpSync(join(ROOT, 'examples/any-app', app), this.folder, { recursive: true });
	}

	async begin(): Promise<void> {
		const { PATH, HOME, LANG } = process.env;
		const commands = join(ROOT, 'node_modules/.bin');
		this.#terminal = new Terminal({
			cwd: this.folder,
			env: { PATH: [commands, PATH].join(delimiter), HOME, LANG },
		});
		await this.#terminal.open();
		let shown = '';
		for (const line of this.#begin) shown = await this.#type(line);
		await this.#type(lineToPaste(shown));
		// What the shell has by now, for the questions that this judge asks beside it.
		const exported = await this.#type('env');
		this.#env = Object.fromEntries(
			[...exported.matchAll(/^((?:PULSE_)?RAILWAY_\w+)=(.*?)\r?$/gm)].map(([, name, value]) => [name!, value!]),
		);
	}

	/** Returns its id. */
	async deploy(): Promise<string> {
		const shown = await this.#type(this.#deploy, 900_000);
		if (/left out: /.test(shown)) throw new Error(`${this.app} was not built whole:\n${shown}`);
		return (await this.status()).active_deployment;
	}

	async rollBack(): Promise<string> {
		await this.#type(this.#rollback);
		return (await this.status()).active_deployment;
	}

	async delete(id: string): Promise<void> {
		await jsonOf(['delete', '--deployment-id', id, '--yes'], { cwd: this.folder, env: this.#env });
	}

	status(): Promise<Status> {
		return jsonOf<Status>(['status'], { cwd: this.folder, env: this.#env });
	}

	/** Where a process of the router listens, as the edge before it knows it. */
	router(): string {
		const network = join(this.folder, '.pulse/local/network');
		for (const name of readdirSync(network)) {
			const services = JSON.parse(readFileSync(join(network, name), 'utf8')) as Record<string, string>;
			if (services['pulse-router']) return services['pulse-router'];
		}
		throw new Error('there is no router');
	}

	async end(): Promise<void> {
		await this.#terminal?.close();
		await jsonOf(['local', 'down', '--purge', '--yes'], { cwd: this.folder, env: {} });
		rmSync(this.folder, { recursive: true, force: true });
	}

	#type(line: string, budgetMs?: number): Promise<string> {
		return this.#terminal!.type(line, budgetMs);
	}
}
