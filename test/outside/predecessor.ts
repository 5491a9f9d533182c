/**
 * The predecessor's own code on either side of the two internal endpoints. Its janitor asks an app of today, whose pages are
 * of clients that can wait and of others: what it reads is right, and all pages were told when it goes on a second later. Our
 * janitor's questions go to its app, whose page is the official socket.io-client: it is counted, and told. Needs, for each
 * revision, the Python of an environment with pulse-framework and pulse-railway.
 * `npm run build && jiti test/outside/predecessor.ts <python> [<python> …]`
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { App, type ListenOptions } from 'pulse-app';
import { Secret } from 'pulse-deploy-kit/secret';
import { io, type Socket } from 'socket.io-client';
import { openBackends } from '../../packages/pulse-railway/src/backends/backends.ts';
import { RailwayPlugin } from '../../packages/pulse-railway/src/plugin/railway-plugin.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const TOKEN = 'internal-token-of-this-run';
const PAGES = 50;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} } as unknown as NonNullable<ListenOptions['logger']>;
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const pythons = process.argv.slice(2);
const verdict = new Verdict();
if (pythons.length === 0) {
	process.stdout.write('Skipped: no Python with pulse-framework and pulse-railway was named.\n');
	process.exit(0);
}
for (const python of pythons) {
	const version = spawnSync(python, ['-c', 'from importlib.metadata import version; print(version("pulse-railway"))']);
	if (version.status !== 0) {
		process.stdout.write(`Skipped: ${python} has no pulse-railway.\n`);
		continue;
	}
	const revision = `pulse-railway ${String(version.stdout).trim()}`;
	await theirJanitor(python, revision);
	await theirApp(python, revision);
}
verdict.close('The predecessor gets along with what is here.');

async function theirJanitor(python: string, revision: string): Promise<void> {
	const app = new App({ listener: (_, response) => void response.end(), plugins: [new RailwayPlugin()] });
	const env = { PULSE_DEPLOYMENT_ID: 'blue', PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN };
	const running = await app.listen({ port: 0, address: '127.0.0.1', logger: SILENT, env });
	const told: number[] = [];
	const sockets = await Promise.all(
		Array.from({ length: PAGES }, (_, index) => page(running.url, index % 2 === 0, () => told.push(Date.now()))),
	);
	await until('all pages', async () => running.renderSessions().connected === PAGES);
	const args = [script('./predecessor-janitor.py'), String(running.port), TOKEN];
	const { status, told: count, at } = await output(python, args);
	// What it does next is to delete the server, a second after the answer.
	await sleep(Math.max(0, at + 1000 - Date.now()));
	const expected =
		status.connected_render_count === undefined ? status.render_session_count : status.connected_render_count;
	verdict.report(`${revision}: its janitor counts the sessions of an app of today`, String(PAGES), String(expected));
	verdict.report(`${revision}: and how many it has told`, String(PAGES), String(count));
	verdict.report(`${revision}: who were all told by the time that it deletes`, String(PAGES), String(told.length));
	for (const socket of sockets) socket?.disconnect();
	await running.close({ budgetMs: 0 });
}

async function theirApp(python: string, revision: string): Promise<void> {
	const port = await freePort();
	const server = spawn(python, [script('./predecessor-app.py'), String(port), TOKEN], {
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	const network = { address: () => ({ host: '127.0.0.1', port }), refresh: () => false };
	const backends = openBackends({ network, port, token: new Secret(TOKEN) });
	const record = { id: 'blue', serviceName: 'blue', state: 'draining', drainStartedAt: 0, lastSeenAt: null } as const;
	let told = 0;
	try {
		await until('its app', async () => (await backends.sessions(record)).reachable, 60_000);
		const socket = await page(`http://127.0.0.1:${port}`, true, () => {
			told += 1;
		});
		// As with the earliest revision, whose plugin asks more of the framework than the one that installs beside it has.
		if (socket === null) return void process.stdout.write(`skip  ${revision}: its own app fails here\n`);
		await until('its page', async () => socket.connected);
		const said = await backends.sessions(record);
		const seen = said.reachable ? `${said.total}, ${said.drainable}, ${said.tabs}, ${said.inUse}` : said.detail;
		verdict.report(`${revision}: our janitor reads its app`, '1, false, undefined, undefined', seen);
		const answer = await backends.reload(record, { within: 0 });
		verdict.report(`${revision}: and has its page told, at once`, '{"told":1,"overInMs":0}', JSON.stringify(answer));
		await sleep(500);
		verdict.report(`${revision}: which hears it`, '1', String(told));
		socket.disconnect();
	} finally {
		await backends.close();
		await ended(server);
	}
}

/** A page's socket, as the existing browser client opens it; `null` where the app fails to make its page. */
async function page(url: string, waits: boolean, onReload: () => void): Promise<Socket | null> {
	const routeInfo = { pathname: '/', hash: '', query: '', queryParams: {}, pathParams: {}, catchall: [] };
	const body = JSON.stringify({ paths: ['/'], routeInfo });
	const headers = { 'content-type': 'application/json' };
	const response = await fetch(`${url}/_pulse/prerender`, { method: 'POST', body, headers });
	if (!response.ok) return null;
	const cookie = response.headers
		.getSetCookie()
		.map((each) => each.split(';', 1)[0])
		.join('; ');
	const renderId = /"render_id":\s*"([^"]+)"/.exec(await response.text())?.[1];
	const socket = io(url, {
		transports: ['websocket'],
		auth: { render_id: renderId, __pulse_page_instance_id: 'p', ...(waits ? { __pulse_safe_reload: 1 } : {}) },
		query: { pulse_deployment: 'blue' },
		extraHeaders: { cookie },
		forceNew: true,
		reconnection: false,
	});
	socket.on('message', (frame: [unknown, { type?: string }]) => {
		if (frame[1]?.type === 'reload') onReload();
	});
	return socket;
}

interface Asked {
	readonly status: Readonly<Record<string, number>>;
	readonly told: number;
	/** When it had its answers, Unix milliseconds. */
	readonly at: number;
}

async function output(command: string, args: readonly string[]): Promise<Asked> {
	const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	let text = '';
	let at = 0;
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		at = Date.now();
		text += chunk;
	});
	const [code] = (await once(child, 'close')) as [number];
	if (code !== 0) throw new Error(`${command} ended with ${code}`);
	return { ...(JSON.parse(text) as Omit<Asked, 'at'>), at };
}

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null) return;
	child.kill('SIGKILL');
	await once(child, 'close');
}
