import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { purge } from '../command/purge.ts';
import type { LocalPlatformOptions } from '../index.ts';
import {
	client,
	createService,
	createStack,
	deployFiles,
	logs,
	reaches,
	startPlatform,
	temporaryFolder,
	until,
} from '../testing/harness.ts';

async function setUp(options: Partial<LocalPlatformOptions> = {}) {
	const api = client(await startPlatform(options));
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web');
	return { api, deploy: (files: Record<string, string>) => deployFiles(api, stack, web, files) };
}

const prints = (api: ReturnType<typeof client>, id: string, line: string) =>
	until(`"${line}" is printed`, async () => (await logs(api, id)).includes(line));

async function fails(
	{ api, deploy }: Awaited<ReturnType<typeof setUp>>,
	files: Record<string, string>,
): Promise<string> {
	const id = await deploy(files);
	await reaches(api, id, 'FAILED');
	return (await logs(api, id)).at(-1)!;
}

const FROM = 'FROM node:24\nWORKDIR /app\n';

/** A project whose packages stand in it, so that nothing is asked of a registry. */
const VENDORED = {
	'package.json':
		'{"name":"app","dependencies":{"used":"file:vendor/used"},"devDependencies":{"tool":"file:vendor/tool"}}',
	'package-lock.json': JSON.stringify({
		name: 'app',
		lockfileVersion: 3,
		requires: true,
		packages: {
			'': { name: 'app', dependencies: { used: 'file:vendor/used' }, devDependencies: { tool: 'file:vendor/tool' } },
			'node_modules/tool': { resolved: 'vendor/tool', link: true },
			'node_modules/used': { resolved: 'vendor/used', link: true },
			'vendor/tool': { version: '1.0.0', dev: true, bin: { 'make-it': 'make.js' } },
			'vendor/used': { version: '1.0.0' },
		},
	}),
	'vendor/used/package.json': '{"name":"used","version":"1.0.0"}',
	'vendor/used/index.js': "module.exports = 'used';",
	'vendor/tool/package.json': '{"name":"tool","version":"1.0.0","bin":{"make-it":"make.js"}}',
	'vendor/tool/make.js': "#!/usr/bin/env node\nrequire('fs').writeFileSync('made.txt', 'made by ' + process.env.BY);",
};

test('RUN lines about the app are carried out, with what their stage knows, and with its development tools', async () => {
	const { api, deploy } = await setUp();
	const id = await deploy({
		...VENDORED,
		Dockerfile: `${FROM}ARG BY=default
COPY . .
RUN npm ci
RUN npx make-it && node -e "console.log(1)" > one.txt
CMD cat made.txt one.txt; ls node_modules`,
	});
	await prints(api, id, 'made by default1');
	await prints(api, id, 'tool');
});

test('what the image leaves out in the end is missing here as well', async () => {
	const { api, deploy } = await setUp();
	const id = await deploy({
		...VENDORED,
		Dockerfile: `FROM node AS build
WORKDIR /app
COPY . .
RUN npm ci && npx make-it
FROM node
WORKDIR /app
COPY . .
RUN npm ci --omit=dev
COPY --from=build /app/made.txt ./public/made.txt
CMD cat public/made.txt; echo; ls node_modules; echo end`,
	});
	await prints(api, id, 'end');
	const lines = await logs(api, id);
	expect(lines).toEqual(expect.arrayContaining(['made by undefined', 'used']));
	expect(lines).not.toContain('tool');
});

test('what a build writes beside the packages stays with its deployment, and never changes a linked tree', async () => {
	const linked = join(await temporaryFolder(), 'node_modules');
	await mkdir(linked, { recursive: true });
	const lock = '{"name":"app","lockfileVersion":3,"packages":{"":{"name":"app"}}}';
	const files = (run: string) => ({
		'package.json': '{"name":"app"}',
		'package-lock.json': lock,
		Dockerfile: `${FROM}COPY . .\nRUN npm ci\nRUN ${run}\nCMD ls -A node_modules; echo end`,
	});
	const write = "node -e \"fs.writeFileSync('node_modules/generated', '')\"";
	const first = await setUp();
	const one = await first.deploy(files(write));
	await prints(first.api, one, 'generated');
	const two = await first.deploy(files('node -e 0'));
	await prints(first.api, two, 'end');
	expect(await logs(first.api, two)).not.toContain('generated');
	const second = await setUp({ nodeModules: linked });
	await prints(second.api, await second.deploy(files('npm prune --omit=dev && npm install lodash')), 'end');
	expect(await readdir(linked)).toEqual([]);
});

test('every folder whose packages the Dockerfile installs gets them, and the command starts where the image does', async () => {
	const { api, deploy } = await setUp();
	const web = Object.fromEntries(Object.entries(VENDORED).map(([name, text]) => [`web/${name}`, text]));
	const id = await deploy({
		...web,
		'main.py': '',
		Dockerfile:
			'FROM python\nWORKDIR /srv\nCOPY . .\nRUN cd web && npm ci\nWORKDIR /srv/web\nCMD ["node", "-p", "require(\'used\')"]',
	});
	await prints(api, id, 'used');
});

test.each([
	['npm', 'npm ci', 'package-lock.json'],
	['pnpm', 'pnpm install --frozen-lockfile', 'pnpm-lock.yaml'],
	['yarn', 'yarn --frozen-lockfile', 'yarn.lock'],
	['bun', 'bun install --frozen-lockfile', 'bun.lock'],
])(
	'an install of %s that needs its lock file fails without one, as it would in an image',
	async (_name, command, lock) => {
		const files = { 'package.json': '{"name":"app"}', Dockerfile: `${FROM}COPY . .\nRUN ${command}\nCMD true` };
		expect(await fails(await setUp(), files)).toContain(`"${command}" needs ${lock} in the root of the upload`);
	},
);

test('a COPY of what is not uploaded, and a Dockerfile that Docker refuses, fail with their reason', async () => {
	const set = await setUp();
	expect(await fails(set, { Dockerfile: `${FROM}COPY dist ./dist\nCMD true` })).toBe(
		'Dockerfile: COPY dist ./dist: "dist" is not in the upload',
	);
	expect(await fails(set, { Dockerfile: `${FROM}COPPY . .\nCMD true` })).toBe('Dockerfile: unknown instruction: COPPY');
});

test('what is not carried out is told with the deployment', async () => {
	const { api, deploy } = await setUp();
	const id = await deploy({ Dockerfile: `${FROM}RUN apt-get install -y \\\n  ffmpeg && echo done\nCMD echo started` });
	await prints(api, id, 'started');
	const { deployment } = await api.data('query($id: String!) { deployment(id: $id) { meta } }', { id });
	expect(deployment.meta.buildWarnings).toEqual([expect.stringContaining('left out: RUN apt-get install -y ffmpeg.')]);
});

test('a build command that is given takes the place of the RUN lines', async () => {
	const { api, deploy } = await setUp({ buildCommand: 'echo given > made.txt' });
	const id = await deploy({
		...VENDORED,
		Dockerfile: `${FROM}COPY . .\nRUN npm ci\nRUN npm run broken\nCMD cat made.txt`,
	});
	await prints(api, id, 'given');
});

test("the image's time zone and language come before the machine's", async () => {
	const { api, deploy } = await setUp({ env: { ...process.env, TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' } });
	const id = await deploy({ Dockerfile: `${FROM}ENV TZ=Europe/Paris LANG=C.UTF-8\nCMD echo $TZ $LANG` });
	await prints(api, id, 'Europe/Paris C.UTF-8');
});

test("a dependency that is not declared fails, although the developer's project around the platform has it", async () => {
	const project = await temporaryFolder();
	const cache = await temporaryFolder();
	await mkdir(join(project, 'node_modules/undeclared'), { recursive: true });
	await writeFile(join(project, 'node_modules/undeclared/index.js'), "module.exports = 'found';");
	await mkdir(join(project, 'node_modules/.bin'));
	await writeFile(join(project, 'node_modules/.bin/undeclared'), '#!/bin/sh\necho found', { mode: 0o755 });
	const dir = join(project, '.pulse/local');
	const env = {
		...process.env,
		XDG_CACHE_HOME: cache,
		PATH: `${join(project, 'node_modules/.bin')}:${process.env.PATH}`,
	};
	const platform = await startPlatform({ dir, env });
	const api = client(platform);
	const stack = await createStack(api);
	const id = await deployFiles(api, stack, await createService(api, stack, 'web'), {
		'package.json': '{"name":"app"}',
		'package-lock.json': '{"name":"app","lockfileVersion":3,"packages":{"":{"name":"app"}}}',
		Dockerfile: `${FROM}COPY . .\nRUN npm ci\nCMD undeclared; node -p "require('undeclared')"; echo end`,
	});
	await prints(api, id, 'end');
	expect(await logs(api, id)).not.toContain('found');
	expect((await readdir(join(cache, 'pulse-railway'))).length).toBe(1);
	await platform.close();
	await purge(dir, env);
	expect(await readdir(join(cache, 'pulse-railway'))).toEqual([]);
	await (await startPlatform({ dir, env })).close();
	await rm(project, { recursive: true });
	const other = await temporaryFolder();
	await writeFile(join(other, 'package.json'), '{}');
	await startPlatform({ dir: join(other, '.pulse'), env });
	expect((await readdir(join(cache, 'pulse-railway'))).length, 'what belonged to a project that is gone').toBe(1);
});

const NEEDS_A_PACKAGE = {
	'package.json': '{"name":"app","dependencies":{"never-cached-anywhere":"1.0.0"}}',
	'package-lock.json': JSON.stringify({
		name: 'app',
		lockfileVersion: 3,
		packages: {
			'': { name: 'app', dependencies: { 'never-cached-anywhere': '1.0.0' } },
			'node_modules/never-cached-anywhere': {
				version: '1.0.0',
				resolved: 'http://127.0.0.1:9/x.tgz',
				integrity: 'sha512-AA==',
			},
		},
	}),
	Dockerfile: `${FROM}COPY . .\nRUN npm ci\nCMD true`,
};

test('offline, an install ends within seconds and says so: a registry that refuses, and one that never answers', async () => {
	const silent = createServer(() => {});
	await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
	onTestFinished(() => void silent.close());
	const { port } = silent.address() as { port: number };
	for (const registry of ['http://127.0.0.1:9/', `http://127.0.0.1:${port}/`]) {
		const began = performance.now();
		const message = await fails(
			await setUp({ env: { ...process.env, npm_config_registry: registry } }),
			NEEDS_A_PACKAGE,
		);
		expect(message).toContain('The package registry cannot be reached');
		expect(performance.now() - began).toBeLessThan(20_000);
	}
}, 60_000);
