import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSilentServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = new URL('../dist/bin.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'pulse-aws-bin-'));
const calls: string[] = [];
let server: Server;
let endpoint: string;

beforeAll(async () => {
	for (const file of ['Dockerfile', 'app.py']) writeFileSync(join(folder, file), '');
	execFileSync('mkdir', [join(folder, 'web'), join(folder, 'bin')]);
	// Docker is asked first whether it can build, and answers on no machine without an engine.
	writeFileSync(join(folder, 'bin/docker'), '#!/bin/sh\n', { mode: 0o755 });
	// Stands where AWS would be, refuses everything, and remembers that it was asked.
	server = createServer((request, response) => {
		calls.push(request.url ?? '');
		request.resume();
		response.writeHead(403, { 'content-type': 'application/x-amz-json-1.1' });
		response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized to perform this' }));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true });
});

const run = (args: readonly string[], env: Record<string, string> = {}) => start(args, env).ended;

function start(args: readonly string[], env: Record<string, string>) {
	const child = spawn(process.execPath, [BIN, ...args], {
		cwd: folder,
		env: { PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk) => (stdout += chunk));
	child.stderr.on('data', (chunk) => (stderr += chunk));
	const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code) => resolve({ code, stdout, stderr }));
	});
	return { child, ended };
}

const deploy = (...more: string[]) => [
	'deploy',
	'--deployment-name',
	'prod',
	'--domain',
	'app.example.com',
	'--app-file',
	'app.py',
	...more,
];

describe('A1.2: bad input gets one clear line, a next step and a non-zero exit, and nothing is asked of AWS', () => {
	test.each<[string, string[], string]>([
		['no deployment name', ['deploy'], '--deployment-name is required'],
		['no domain', ['deploy', '--deployment-name', 'prod'], '--domain is required'],
		[
			'an address as domain',
			['deploy', '--deployment-name', 'prod', '--domain', 'https://x.example.com/'],
			'is not a domain',
		],
		['a bad name', deploy('--deployment-name', 'Prod_1'), 'letters, digits and hyphens'],
		['no Dockerfile', deploy('--dockerfile', 'nope'), 'Dockerfile not found: nope'],
		['no context', deploy('--context', 'nope'), 'Context path not found: nope'],
		['an absolute app file', deploy('--app-file', '/app.py'), 'must be relative to the Docker build context'],
		['no app file', deploy('--app-file', 'nope.py'), 'App file not found: nope.py'],
		['no web root', deploy('--web-root', 'nope'), 'Web root not found: nope'],
		['no KEY=VALUE', deploy('--task-env', 'NAME'), "--task-env must be KEY=VALUE, got 'NAME'"],
		['a managed variable', deploy('--task-env', 'PULSE_AWS_DEPLOYMENT_ID=x'), 'may not set PULSE_AWS_DEPLOYMENT_ID'],
		['a size Fargate lacks', deploy('--task-cpu', '256', '--task-memory', '4096'), 'with these it has 512, 1024, 2048'],
		['an unreachable minimum', deploy('--desired-count', '1', '--min-healthy-targets', '2'), 'can never be reached'],
		['a secret instead of its ARN', deploy('--secret', 'TOKEN=hunter2'), '--secret TOKEN is not the ARN'],
		[
			'a bad range',
			deploy('--allowed-cidr', '10.0.0.0/33'),
			"must be IPv4 ranges like 192.0.2.0/24, got '10.0.0.0/33'",
		],
		['an unknown architecture', deploy('--arch', 'mips'), 'must be one of x86_64, arm64'],
		['no number', deploy('--desired-count', 'two'), "must be an integer, got 'two'"],
		['no region', deploy(), 'no AWS region is set'],
		['a timeout as long as its interval', deploy('--health-check-timeout', '30'), 'must be shorter than its interval'],
		['a path without its slash', deploy('--health-check-path', 'health'), 'must begin with /'],
		['an unknown flag', deploy('--nope'), "unknown option '--nope'"],
	])('%s', async (_, args, message) => {
		const before = calls.length;
		const { code, stdout, stderr } = await run(args, { AWS_ENDPOINT_URL: endpoint });
		expect(stderr).toMatch(/^❌ /);
		expect(stderr).toContain(message);
		expect(stderr).not.toContain('hunter2');
		expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
		expect(stdout).toBe('');
		expect(code).toBe(1);
		expect(calls.length).toBe(before);
	});
});

const CREDENTIALS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'hunter2' };

test('without credentials it tells how to sign in', async () => {
	const { code, stderr } = await run(['status', '--deployment-name', 'prod', '--region', 'eu-west-1']);
	expect(stderr).toContain('There are no AWS credentials.');
	expect(code).toBe(1);
});

test('what the credentials may not do is told as one JSON document with --json', async () => {
	const { code, stdout, stderr } = await run(['status', '--deployment-name', 'prod', '--json'], {
		...CREDENTIALS,
		AWS_ENDPOINT_URL: endpoint,
	});
	expect(JSON.parse(stdout)).toMatchObject({
		error: { fault: expect.stringMatching(/user|platform/), next: expect.any(String) },
	});
	expect(stdout + stderr).not.toContain('hunter2');
	expect(code).toBe(1);
});

test('variables stand in for flags, and flags win', async () => {
	const env = { PULSE_AWS_DEPLOYMENT_NAME: 'prod', PULSE_AWS_DOMAIN: 'app.example.com', PULSE_AWS_APP_FILE: 'gone.py' };
	expect((await run(['deploy'], env)).stderr).toContain('App file not found: gone.py');
	expect((await run(['deploy', '--app-file', 'app.py'], env)).stderr).toContain('no AWS region is set');
	expect((await run(['deploy'], { ...env, PULSE_AWS_WAIT_FOR_HEALTH: 'maybe' })).stderr).toContain(
		'PULSE_AWS_WAIT_FOR_HEALTH: must be true or false',
	);
});

test.each(['status', 'reap', 'deploy'])('Ctrl-C ends %s, also while AWS keeps silent', async (command) => {
	const silent = createSilentServer(() => {});
	await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
	const asked = new Promise<void>((resolve) => silent.once('connection', () => resolve()));
	const env = { ...CREDENTIALS, AWS_ENDPOINT_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` };
	const args = command === 'deploy' ? deploy() : [command, '--deployment-name', 'prod'];
	const { child, ended } = start(args, env);
	await asked;
	child.kill('SIGINT');
	const { code, stderr } = await ended;
	expect(stderr).toBe('❌ Cancelled.\n');
	expect(code).toBe(130);
	silent.close();
});

test.each(['deploy', 'verify', 'status', 'rollback', 'reap', 'teardown'])(
	'%s has help with flags, variables and examples',
	async (command) => {
		const { code, stdout } = await run([command, '--help']);
		expect(stdout).toContain('PULSE_AWS_DEPLOYMENT_NAME');
		expect(stdout).toContain(`$ pulse-aws ${command}`);
		expect(code).toBe(0);
	},
);
