/**
 * A proxy that was not made here, tinyproxy: both tools reach an https server through it, with its user and password, and
 * say what it says when it refuses. Needs `tinyproxy`, `openssl` and a name of this machine that resolves to it.
 * `npm run build && jiti test/outside/proxy.ts`
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';

const NAME = hostname();
const bin = (tool: string) => fileURLToPath(new URL(`../../packages/${tool}/dist/bin.js`, import.meta.url));

for (const program of ['tinyproxy', 'openssl']) {
	if (spawnSync('sh', ['-c', `command -v ${program}`]).status === 0) continue;
	process.stdout.write(`skipped: there is no ${program} (apt-get install ${program})\n`);
	process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'outside-proxy-'));
const subject = [
	'-subj',
	`/CN=${NAME}`,
	'-addext',
	`subjectAltName=DNS:${NAME}`,
	'-keyout',
	'key.pem',
	'-out',
	'cert.pem',
];
execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject], {
	cwd: folder,
	stdio: 'ignore',
});
const asked: string[] = [];
const files = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
const server = createServer(files, (request, response) => {
	asked.push(`${request.method} ${request.url}`);
	request.resume();
	if (request.url?.startsWith('/graphql')) return response.end('{"data":null,"errors":[{"message":"Not Authorized"}]}');
	response.writeHead(400, { 'content-type': 'text/xml' });
	response.end(
		'<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id x does not exist</Message></Error><RequestId>r</RequestId></ErrorResponse>',
	);
});
const port = await new Promise<number>((resolve) =>
	server.listen(0, NAME, () => resolve((server.address() as AddressInfo).port)),
);
const origin = `https://${NAME}:${port}`;

async function startProxy(allowedPort: number) {
	const proxyPort = await freePort();
	const file = join(folder, `tinyproxy-${allowedPort}.conf`);
	writeFileSync(
		file,
		`Port ${proxyPort}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nBasicAuth builder hunter2hunter2\nConnectPort ${allowedPort}\n`,
	);
	const child = spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' });
	for (let tries = 0; tries < 100 && !(await isOpen(proxyPort)); tries++) await delay(50);
	return { url: `http://builder:hunter2hunter2@127.0.0.1:${proxyPort}`, stop: () => child.kill('SIGTERM') };
}

function run(tool: string, args: readonly string[], env: Record<string, string>): Promise<string> {
	const child = spawn(process.execPath, [bin(tool), ...args], {
		cwd: folder,
		env: { PATH: process.env.PATH, HOME: folder, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'), ...env },
	});
	let text = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
	return new Promise((resolve) => child.once('close', () => resolve(text)));
}

const railway = (proxy: string) =>
	run('pulse-railway', ['status', '--project-id', crypto.randomUUID(), '--environment-id', crypto.randomUUID()], {
		HTTPS_PROXY: proxy,
		PULSE_RAILWAY_API_URL: `${origin}/graphql/v2`,
		RAILWAY_API_TOKEN: 'x',
	});
const aws = (proxy: string) =>
	run('pulse-aws', ['status', '--deployment-name', 'prod', '--region', 'eu-west-1'], {
		HTTPS_PROXY: proxy,
		AWS_ENDPOINT_URL: origin,
		AWS_ACCESS_KEY_ID: 'x',
		AWS_SECRET_ACCESS_KEY: 'y',
		AWS_MAX_ATTEMPTS: '1',
	});

let failures = 0;
function claim(what: string, holds: boolean, text: string): void {
	if (!holds) failures += 1;
	process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${what}${holds ? '' : `\n${text}`}\n`);
}

const open = await startProxy(port);
const closed = await startProxy(port === 1 ? 2 : 1);
try {
	for (const [tool, through, expected, refused] of [
		['pulse-railway', railway, 'Not Authorized', 'it answers 403'],
		['pulse-aws', aws, "Nothing is deployed as 'prod'", 'Something other than AWS answered (status 403)'],
	] as const) {
		asked.length = 0;
		const answered = await through(open.url);
		claim(`${tool} reaches the server`, asked.length > 0 && answered.includes(expected), answered);
		asked.length = 0;
		const stopped = await through(closed.url);
		claim(`${tool} says that the proxy refused`, asked.length === 0 && stopped.includes(refused), stopped);
		const stranger = await through(open.url.replace('hunter2hunter2', 'wrong'));
		claim(`${tool} says that the proxy does not know it`, /40[17]/.test(stranger), stranger);
		claim(`${tool} shows no password`, !/hunter2/.test(answered + stopped + stranger), answered + stopped);
	}
} finally {
	open.stop();
	closed.stop();
	server.closeAllConnections();
	server.close();
	rmSync(folder, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

function isOpen(at: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(at, '127.0.0.1', () => {
			socket.destroy();
			resolve(true);
		});
		socket.on('error', () => resolve(false));
	});
}
