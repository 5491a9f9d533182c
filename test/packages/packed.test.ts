import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ask, DOCUMENT } from '../../packages/pulse-edge/src/testing/ask.ts';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';
import { redisServerMissing, startRedisServer } from '../../packages/pulse-railway/src/stores/testing/redis-server.ts';
import { startMoto } from '../aws/moto.ts';
import { ROOT } from '../repository/source-files.ts';
import { startInstalled } from './installed.ts';
import { install, installAs, packInto, type Tarball } from './tarballs.ts';

const PACKAGES = ['deploy-kit', 'pulse-edge', 'pulse-app', 'railway-local', 'pulse-railway', 'pulse-aws'];
/** What a package ships beside its build. */
const MORE: Readonly<Record<string, readonly string[]>> = {
	'pulse-deploy-kit': ['icon.svg', 'page.css', 'page.html'].map((name) => `dist/dashboard-page/${name}`),
	'pulse-aws': ['cdk.json', 'dist/sidecar-image/package.json'],
	'pulse-railway-local': ['behaviour.md', 'schema.graphql'],
};

let folder: string;
let tarballs: readonly Tarball[];

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'pulse-packed-'));
	await mkdir(join(folder, 'tarballs'));
	tarballs = await packInto(join(folder, 'tarballs'), PACKAGES);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Which of these packages are installed there. */
const present = (app: string, names: readonly string[]) =>
	names.filter((name) => existsSync(join(app, 'node_modules', name)));

describe('what is published', () => {
	it('is the build with licence and readme, and no test, test support, source map or secret', () => {
		for (const { name, files } of tarballs) {
			expect(files, name).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
			const strange = files.filter(
				(path) =>
					!/^(dist\/.*\.(js|d\.ts|cjs)|bin\/[\w-]+\.js|package\.json|LICENSE|README\.md)$/.test(path) ||
					/\.(test|suite)\.|(^|\/)testing\//.test(path),
			);
			expect(strange, name).toEqual(MORE[name] ?? []);
		}
	});

	it('is of one version, depends on its siblings in that version, and carries the one licence', async () => {
		const licence = await readFile(join(ROOT, 'LICENSE'), 'utf8');
		const versions = new Set<string>();
		for (const name of PACKAGES) {
			const manifest = JSON.parse(await readFile(join(ROOT, 'packages', name, 'package.json'), 'utf8'));
			versions.add(manifest.version);
			const { 'pulse-deploy-kit': kit = manifest.version, 'pulse-edge': edge = manifest.version } =
				manifest.dependencies ?? {};
			const { 'pulse-app': app = `^${manifest.version}` } = manifest.peerDependencies ?? {};
			expect([kit, edge, app], name).toEqual([manifest.version, manifest.version, `^${manifest.version}`]);
			expect(await readFile(join(ROOT, 'packages', name, 'LICENSE'), 'utf8'), name).toBe(licence);
		}
		expect([...versions]).toHaveLength(1);
	});
});

describe('installed as the images do it', () => {
	let app: string;
	beforeAll(async () => {
		app = await mkdtemp(join(tmpdir(), 'pulse-image-'));
		await installAs('docker/router.Dockerfile', app, join(folder, 'tarballs'));
	}, 180_000);
	afterAll(() => rm(app, { recursive: true, force: true }));

	it('they carry no local platform, which says how it is installed', async () => {
		expect(present(app, ['pulse-railway', 'pulse-railway-local', 'graphql', 'graphql-ws', 'croner'])).toEqual([
			'pulse-railway',
		]);
		const local = startInstalled(app, 'pulse-railway', ['local', 'up']);
		expect(await local.exit).toBe(1);
		expect(local.output()).toContain('The local platform needs pulse-railway-local, not installed here.');
		expect(local.output()).toMatch(/Next: npm install --save-dev pulse-railway-local@\d+\.\d+\.\d+\n/);
	});

	it('the command explains itself', async () => {
		const help = startInstalled(app, 'pulse-railway', ['--help']);
		expect(await help.exit).toBe(0);
		expect(help.output()).toContain('Commands:');
	});

	it('programs import what the package offers, without pulse-app', async () => {
		const script = "import('pulse-railway').then((offered) => console.log(Object.keys(offered).join(' ')))";
		const program = startInstalled(app, 'node', ['-e', script]);
		expect(await program.exit, program.output()).toBe(0);
		expect(program.output()).toMatch(/RailwayPlugin RailwaySessionStore .*deploy /);
	});

	it('the janitor refuses to run outside Railway, and lacks nothing to say so', async () => {
		const janitor = startInstalled(app, 'pulse-railway', ['janitor', 'run']);
		expect(await janitor.exit).toBe(2);
		expect(janitor.output()).toContain('must execute inside Railway');
	});

	const missing = redisServerMissing();
	it.skipIf(missing !== null)(
		`the router proxies over a real Redis${missing ? ` (${missing})` : ''}`,
		async () => {
			const redis = await startRedisServer();
			onTestFinished(() => redis.stop());
			const backend = createServer((request, response) => response.end(`v1 ${request.url}`));
			await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
			onTestFinished(() => void backend.close());
			const store = await openStore(redis.url, { prefix: 'pulse:railway' });
			await store.promote('v1', 'v1');
			await store.close();
			const network = join(app, 'network.json');
			await writeFile(network, JSON.stringify({ v1: `127.0.0.1:${(backend.address() as AddressInfo).port}` }));

			const router = startInstalled(app, 'pulse-railway', ['router'], {
				NODE_ENV: 'production',
				REDIS_URL: redis.url,
				PORT: '0',
				PULSE_RAILWAY_PRIVATE_NETWORK: network,
				PULSE_RAILWAY_ROUTER_WORKERS: '1',
				PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(app, 'last.json'),
			});
			const [, port] = await router.said(/"event":"listening".*"port":(\d+)/);
			const answer = await fetch(`http://127.0.0.1:${port}/a?b=c`);
			expect([answer.headers.get('x-pulse-selected-deployment'), await answer.text()]).toEqual(['v1', 'v1 /a?b=c']);
			expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
			router.child.kill('SIGTERM');
			expect(await router.exit).toBe(0);
		},
		60_000,
	);
});

it('an app with pulse-aws carries no CDK, and a deploy that needs one names what to install', async ({ skip }) => {
	const app = await mkdtemp(join(tmpdir(), 'pulse-aws-app-'));
	onTestFinished(() => rm(app, { recursive: true, force: true }));
	const names = ['pulse-deploy-kit', 'pulse-edge', 'pulse-app', 'pulse-aws'];
	const packed = tarballs
		.filter(({ name }) => names.includes(name))
		.map(({ filename }) => join(folder, 'tarballs', filename));
	await install(app, `npm install --ignore-scripts --no-audit --no-fund --prefer-offline ${packed.join(' ')}`);
	const cdk = ['aws-cdk-lib', 'constructs', '@aws-cdk/toolkit-lib'];
	expect(present(app, ['pulse-aws', 'esbuild', ...cdk])).toEqual(['pulse-aws']);
	await writeFile(
		join(app, 'app.mjs'),
		`import { App } from 'pulse-app';
import { AWSECSPlugin } from 'pulse-aws';
export default new App({ plugins: [new AWSECSPlugin()], listener: (_request, response) => response.end() });`,
	);
	await writeFile(join(app, 'Dockerfile'), 'FROM scratch\n');
	const imported = startInstalled(app, 'node', ['-e', "import('./app.mjs').then(() => console.log('imported'))"]);
	expect(await imported.exit, imported.output()).toBe(0);

	const moto = await startMoto();
	if ('missing' in moto) return skip(moto.missing);
	onTestFinished(() => moto.stop());
	const account = {
		AWS_ENDPOINT_URL: moto.url,
		AWS_REGION: 'eu-west-1',
		AWS_ACCESS_KEY_ID: 'emulated',
		AWS_SECRET_ACCESS_KEY: 'emulated',
		AWS_EC2_METADATA_DISABLED: 'true',
	};
	const run = async (...args: string[]) => {
		const command = startInstalled(app, 'pulse-aws', [...args, '--deployment-name', 'prod'], account);
		return { code: await command.exit, output: command.output() };
	};
	const what = ['--domain', 'app.example.com', '--app-file', 'app.mjs', '--yes'];
	const { peerDependencies } = JSON.parse(await readFile(join(ROOT, 'packages/pulse-aws/package.json'), 'utf8'));
	const wanted = (...needed: string[]) =>
		`npm install --save-dev ${needed.map((name) => `${name}@${peerDependencies[name].slice(1)}`).join(' ')}\n`;
	const refused = await run('deploy', ...what);
	expect(refused.code).toBe(1);
	expect(refused.output).toContain(wanted('@aws-cdk/toolkit-lib', 'aws-cdk-lib', 'constructs'));
	expect((await run('deploy', ...what, '--dry-run')).output).toContain('Create the baseline stack');
	// With a CDK program and a CDK app of one's own none of it is needed: what is missing here is the builder.
	const own = await run('deploy', ...what, '--cdk-bin', 'cdk', '--cdk-workdir', '.');
	expect(own.output).not.toContain('npm install');
	expect((await run('deploy', ...what, '--cdk-bin', 'cdk')).output).toContain(wanted('aws-cdk-lib', 'constructs'));
	expect((await run('teardown')).output).toContain('=== Plan ===');
	for (const verb of ['status', 'rollback', 'reap']) {
		expect((await run(verb)).output, verb).toContain("Nothing is deployed as 'prod'");
	}
}, 300_000);

it('the sidecar’s image holds all that it needs, and works as its task', async () => {
	const image = await mkdtemp(join(tmpdir(), 'pulse-sidecar-'));
	onTestFinished(() => rm(image, { recursive: true, force: true }));
	await installAs('docker/sidecar.Dockerfile', image, join(folder, 'tarballs'));
	const listening = async (listener: RequestListener) => {
		const server = createServer(listener);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => void server.close());
		return (server.address() as AddressInfo).port;
	};
	const app = await listening((_, response) => {
		response.setHeader('content-type', 'text/html');
		response.end('<!doctype html><title>an app</title>');
	});
	const asked: string[] = [];
	const aws = await listening((request, response) => {
		asked.push(`${request.headers['x-amz-target'] ?? request.url}`);
		const expiration = new Date(Date.now() + 3_600_000).toISOString();
		const credentials = { AccessKeyId: 'task', SecretAccessKey: 's', Token: 't', Expiration: expiration };
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify(request.url === '/credentials' ? credentials : {}));
	});
	const sidecar = startInstalled(image, join(image, 'bin/pulse-edge'), ['sidecar'], {
		PULSE_AWS_DEPLOYMENT_NAME: 'prod',
		PULSE_AWS_DEPLOYMENT_ID: 'prod-1',
		PULSE_EDGE_UPSTREAM_PORT: String(app),
		PULSE_EDGE_PORT: '0',
		PULSE_AWS_DRAIN_POLL_SECONDS: '1',
		PULSE_EDGE_STOP_SECONDS: '3',
		AWS_REGION: 'eu-west-1',
		AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${aws}/credentials`,
		AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${aws}`,
	});
	const [, port] = await sidecar.said(/"event":"listening".*"port":(\d+)/);
	const page = await ask(Number(port), '/', { headers: DOCUMENT });
	const [, script = ''] = /<script src="([^"]+)" data-pulse="prod-1">/.exec(page.body) ?? [];
	expect((await ask(Number(port), script)).headers['cache-control']).toContain('immutable');
	await expect
		.poll(() => asked, { timeout: 10_000 })
		.toEqual(expect.arrayContaining(['/credentials', 'AmazonSSM.GetParameters', 'AmazonSSM.PutParameter']));
	sidecar.child.kill('SIGTERM');
	expect(await sidecar.exit, sidecar.output()).toBe(0);
	const files = await readdir(image, { recursive: true, withFileTypes: true });
	const sizes = await Promise.all(files.map((one) => stat(join(one.parentPath, one.name))));
	const ownBytes = sizes.filter((one) => one.isFile()).reduce((sum, one) => sum + one.size, 0);
	// With the tarball that it came from.
	expect(ownBytes).toBeLessThan(4_000_000);
}, 60_000);

it('an app of a stranger runs by pulse-app alone', async () => {
	const app = await mkdtemp(join(tmpdir(), 'pulse-stranger-'));
	onTestFinished(() => rm(app, { recursive: true, force: true }));
	const packed = tarballs.find(({ name }) => name === 'pulse-app')?.filename;
	const tarball = join(folder, 'tarballs', packed ?? '');
	await install(app, `npm install --ignore-scripts --no-audit --no-fund --prefer-offline ${tarball}`);
	const source = `import { App } from 'pulse-app';
const greeting: string = 'hello';
export default new App({ listener: (_request, response) => response.end(greeting) });`;
	await writeFile(join(app, 'app.ts'), source);
	const running = startInstalled(app, 'pulse', ['run', 'app.ts', '--port', '0']);
	const [, port] = await running.said(/:(\d{4,5})\b/);
	expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello');
	expect((await fetch(`http://127.0.0.1:${port}/_pulse/health`)).status).toBe(200);
	running.child.kill('SIGTERM');
	expect(await running.exit).toBe(0);
}, 180_000);
