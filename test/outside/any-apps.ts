/**
 * Real apps that know nothing of Pulse, deployed by the commands of docs/any-app.md on the local platform: init, deploy,
 * deploy again, rollback. Needs python3 and the registries of Python and npm. Names of examples may follow the command.
 *
 *     npm run build && npx jiti test/outside/any-apps.ts [streamlit …]
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonOf } from '../support/command.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/any-app', import.meta.url));
const wanted = process.argv.slice(2);
const apps = wanted.length > 0 ? wanted : ['express-ws', 'fastapi-websockets', 'nicegui', 'streamlit'];

if (spawnSync('python3', ['-m', 'venv', '--help']).status !== 0) {
	process.stdout.write('Skipped: there is no python3 with venv on this machine.\n');
	process.exit(0);
}

interface Deployed {
	readonly deployment_id: string;
	readonly build_warnings: readonly string[];
}

async function life(app: string): Promise<void> {
	const cwd = await mkdtemp(join(tmpdir(), `pulse-${app}-`));
	await cp(join(EXAMPLES, app), cwd, { recursive: true });
	const { api_url, api_token, workspace_id } = await jsonOf<Record<string, string>>(['local', 'up', '--detach'], {
		cwd,
		env: {},
	});
	const account = {
		PULSE_RAILWAY_API_URL: api_url!,
		RAILWAY_API_TOKEN: api_token!,
		RAILWAY_WORKSPACE_ID: workspace_id!,
	};
	try {
		const made = await jsonOf<Record<string, string>>(['init', '--project-name', app], { cwd, env: account });
		const env = {
			...account,
			RAILWAY_PROJECT_ID: made.project_id!,
			RAILWAY_ENVIRONMENT_ID: made.environment_id!,
		};
		const answers = async (id: string, query = '') => {
			// As a browser asks for a page: `fetch` would say that it is none.
			const response = await new Promise<IncomingMessage>((resolve, reject) => {
				const headers = { accept: 'text/html', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };
				get(`${made.server_address}/${query}`, { headers }, resolve).on('error', reject);
			});
			const by = response.headers['x-pulse-selected-deployment'];
			let text = '';
			for await (const chunk of response.setEncoding('utf8')) text += chunk;
			if (response.statusCode !== 200 || by !== id)
				throw new Error(`${app}: ${response.statusCode} by ${by}, not ${id}`);
			if (!text.includes('/_pulse/edge/tab.')) throw new Error(`${app}: the page has no script of the edge`);
		};
		const started = performance.now();
		const first = await jsonOf<Deployed>(['deploy'], { cwd, env });
		await answers(first.deployment_id);
		const between = performance.now();
		const second = await jsonOf<Deployed>(['deploy'], { cwd, env });
		const ended = performance.now();
		await answers(second.deployment_id);
		await answers(first.deployment_id, `?pulse_deployment=${first.deployment_id}`);
		if (second.build_warnings.length > 0) throw new Error(`${app}: ${second.build_warnings}`);
		await jsonOf(['rollback'], { cwd, env });
		await answers(first.deployment_id);
		const seconds = (ms: number) => (ms / 1000).toFixed(1);
		process.stdout.write(
			`${app}: first deploy ${seconds(between - started)} s, second ${seconds(ended - between)} s, rolled back\n`,
		);
	} finally {
		await jsonOf(['local', 'down', '--purge', '--yes'], { cwd, env: {} });
		await rm(cwd, { recursive: true, force: true });
	}
}

for (const app of apps) await life(app);
