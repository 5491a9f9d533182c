import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
	archive,
	client,
	createService,
	createStack,
	deployFiles,
	logs,
	startPlatform,
	temporaryFolder,
	until,
} from '../../testing/harness.ts';

/** Versions of each package manager that the registry of these tests has; each only says its name and its arguments. */
const TOOLS: Readonly<Record<string, { bin: string; versions: readonly string[] }>> = {
	pnpm: { bin: 'pnpm', versions: ['7.33.7', '8.15.9', '9.15.9', '10.33.0'] },
	yarn: { bin: 'yarn', versions: ['1.22.19', '1.22.22', '2.4.3'] },
	'@yarnpkg/cli-dist': { bin: 'yarn', versions: ['3.8.7', '4.9.2', '5.0.0'] },
	bun: { bin: 'bun', versions: ['1.2.0', '1.3.1', '2.0.0'] },
};

/** Speaks as much of a registry's protocol as `npm install <tool>@<version>` asks for. */
async function startRegistry(): Promise<string> {
	const tarballs = new Map<string, Buffer>();
	for (const [name, { bin, versions }] of Object.entries(TOOLS)) {
		for (const version of versions) {
			const files = {
				'package.json': JSON.stringify({ name, version, bin: { [bin]: 'cli.js' } }),
				'cli.js': `#!/usr/bin/env node\nconsole.log('${name}@${version} ran', ...process.argv.slice(2));\n`,
			};
			tarballs.set(`${name}/${version}.tgz`, await archive(files));
		}
	}
	const server = createServer((request, response) => {
		const path = decodeURIComponent(new URL(request.url!, 'http://registry').pathname.slice(1));
		const tarball = tarballs.get(path);
		const versions = TOOLS[path]?.versions;
		if (tarball) return void response.end(tarball);
		if (path === '-/ping') return void response.end('{}');
		if (!versions) return void response.writeHead(404).end('{}');
		const entries = versions.map((version) => {
			const integrity = `sha512-${createHash('sha512')
				.update(tarballs.get(`${path}/${version}.tgz`)!)
				.digest('base64')}`;
			const dist = { tarball: `http://${request.headers.host}/${path}/${version}.tgz`, integrity };
			return [version, { name: path, version, bin: { [TOOLS[path]!.bin]: 'cli.js' }, dist }];
		});
		const body = { name: path, 'dist-tags': { latest: versions.at(-1) }, versions: Object.fromEntries(entries) };
		response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	onTestFinished(() => new Promise<void>((done) => void server.close(() => done())));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function setUp() {
	const { PATH = '', ...env } = process.env;
	// Without the managers that this machine may have.
	const bare = PATH.split(':')
		.filter((folder) => /^\/(usr\/)?bin$/.test(folder))
		.join(':');
	const api = client(
		await startPlatform({
			env: {
				...env,
				PATH: bare,
				npm_config_registry: await startRegistry(),
				npm_config_cache: await temporaryFolder(),
			},
		}),
	);
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web', { startCommand: 'echo started' });
	return async (files: Record<string, string>): Promise<string[]> => {
		const id = await deployFiles(api, stack, web, files);
		await until('the app to start', async () => {
			const lines = await logs(api, id);
			return lines.includes('started') || lines.at(-1)?.startsWith('"');
		});
		return logs(api, id);
	};
}

const APP = '{"name":"app","scripts":{"build":"never by npm"}}';
const named = (manager: string) => JSON.stringify({ ...JSON.parse(APP), packageManager: manager });

test.each([
	['pnpm 9 and 10', { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }, 'pnpm@9.15.9', 'install --frozen-lockfile'],
	['pnpm 8', { 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" }, 'pnpm@8.15.9', 'install --frozen-lockfile'],
	['pnpm 7', { 'pnpm-lock.yaml': 'lockfileVersion: 5.4\n' }, 'pnpm@7.33.7', 'install --frozen-lockfile'],
	['Yarn 1', { 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn@1.22.22', 'install --frozen-lockfile'],
	['Yarn 4', { 'yarn.lock': '__metadata:\n  version: 8\n' }, '@yarnpkg/cli-dist@4.9.2', 'install --immutable'],
	['Bun 1', { 'bun.lock': '{"lockfileVersion": 1}' }, 'bun@1.3.1', 'install --frozen-lockfile'],
])(
	'a lock file of %s is installed by what wrote it, frozen, and so is the build run',
	async (_what, lock, tool, args) => {
		const lines = await (await setUp())({ 'package.json': APP, ...lock });
		expect(lines.filter((line) => line.includes(' ran '))).toEqual([`${tool} ran ${args}`, `${tool} ran run build`]);
	},
);

test('the version that packageManager names comes before that of the lock file, hash and all', async () => {
	const deploy = await setUp();
	const pnpm = { 'package.json': named('pnpm@10.33.0+sha512.abc'), 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" };
	expect(await deploy(pnpm)).toContain('pnpm@10.33.0 ran install --frozen-lockfile');
	const yarn = { 'package.json': named('yarn@3.8.7'), 'yarn.lock': '__metadata:\n  version: 6\n' };
	expect(await deploy(yarn)).toContain('@yarnpkg/cli-dist@3.8.7 ran install --immutable');
}, 60_000);

test('a manager is fetched once, and its install in a Dockerfile runs with the flags that stand there', async () => {
	const deploy = await setUp();
	const files = {
		'package.json': APP,
		'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
		'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
		'packages/a/package.json': '{"name":"a"}',
		Dockerfile: `FROM node:24-slim
WORKDIR /app
COPY . .
RUN corepack enable && pnpm install --frozen-lockfile --filter a... && pnpm -r build
`,
	};
	const first = await deploy(files);
	expect(first).toContain('pnpm is not on this machine: fetching pnpm@9.');
	expect(first.filter((line) => line.includes(' ran '))).toEqual([
		'pnpm@9.15.9 ran install --frozen-lockfile --filter a...',
		'pnpm@9.15.9 ran -r build',
	]);
	const second = await deploy(files);
	expect(second).toContain('pnpm@9.15.9 ran -r build');
	expect(second).not.toContain('pnpm is not on this machine: fetching pnpm@9.');
}, 60_000);
