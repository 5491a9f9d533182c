import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonOf, runPulseRailway } from '../support/command.ts';

/** A local platform and a stack on it in a folder of their own, by the commands that users type. */
export class FreshStack {
	/** Where the judge writes its apps, too. */
	readonly folder: string;
	readonly #local: Readonly<Record<string, string>>;
	#platform: Readonly<Record<string, string>> = {};
	#target: Readonly<Record<string, string>> = {};

	constructor(name: string) {
		this.folder = mkdtempSync(join(tmpdir(), `${name}-`));
		this.#local = { PULSE_RAILWAY_LOCAL_DIR: join(this.folder, 'local') };
	}

	/** What a user has exported: of the platform while it is up, and of the stack once it is there. */
	get env(): Record<string, string> {
		return { ...this.#local, ...this.#platform, ...this.#target };
	}

	/** `settings`: of the platform's own process. */
	async up(settings: Readonly<Record<string, string>> = {}): Promise<void> {
		const args = ['local', 'up', '--detach', '--redis', 'sqlite'];
		const options = { cwd: this.folder, env: { ...this.#local, ...settings } };
		const { api_url, api_token, workspace_id } = await jsonOf<Record<string, string>>(args, options);
		this.#platform = {
			PULSE_RAILWAY_API_URL: api_url ?? '',
			RAILWAY_API_TOKEN: api_token ?? '',
			RAILWAY_WORKSPACE_ID: workspace_id ?? '',
		};
	}

	/** `cwd`: of the app. Returns the public address. */
	async init(cwd: string, appFile: string): Promise<string> {
		// Its janitor never runs by itself.
		const args = ['init', appFile, '--yes', '--janitor-cron-schedule', '0 0 29 2 *'];
		const made = await jsonOf<Record<string, string>>(args, { cwd, env: this.env });
		this.#target = { RAILWAY_PROJECT_ID: made.project_id ?? '', RAILWAY_ENVIRONMENT_ID: made.environment_id ?? '' };
		return made.server_address ?? '';
	}

	async down(): Promise<void> {
		await runPulseRailway(['local', 'down'], { cwd: this.folder, env: this.env });
	}

	async purge(): Promise<void> {
		await runPulseRailway(['local', 'down', '--purge', '--yes'], { cwd: this.folder, env: this.env });
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** What a judge found, one line each. */
export class Verdict {
	faults = 0;

	report(what: string, expected: string, found: string | null): void {
		if (found !== expected) this.faults += 1;
		process.stdout.write(
			`${found === expected ? 'ok   ' : 'FAULT'} ${what}${found === expected ? '' : `: ${found}`}\n`,
		);
	}

	/** The last line, and the exit code. */
	close(allRight: string): void {
		process.stdout.write(this.faults === 0 ? `${allRight}\n` : `${this.faults} faults.\n`);
		process.exitCode = this.faults === 0 ? 0 : 1;
	}
}
