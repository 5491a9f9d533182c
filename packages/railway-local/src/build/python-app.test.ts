import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
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

/** As their documentation gives it: routes are made by the framework, and then the web root is built. */
const APP = {
	'main.py': '',
	'web/package.json': '{"name":"web","scripts":{"build":"cat routes.txt > built.txt"}}',
	'web/package-lock.json': '{"name":"web","lockfileVersion":3,"packages":{"":{"name":"web"}}}',
	Dockerfile: `FROM python:3.12 AS python
WORKDIR /app
COPY . .
ARG PULSE_SERVER_ADDRESS
RUN uv run pulse generate main.py --ci
FROM node AS web
WORKDIR /app/web
COPY --from=python /app/web ./
RUN npm ci && npm run build
FROM python:3.12
WORKDIR /app
COPY . .
COPY --from=web /app/web ./web
CMD ["cat", "web/built.txt"]`,
};

async function deployed(path: string, startCommand?: string) {
	const api = client(await startPlatform({ env: { ...process.env, PATH: path } }));
	const stack = await createStack(api);
	const variables = { PULSE_SERVER_ADDRESS: 'http://127.0.0.1:9' };
	const web = await createService(api, stack, 'web', startCommand === undefined ? {} : { startCommand }, variables);
	return { api, id: await deployFiles(api, stack, web, APP) };
}

/** A PATH on which `pulse` is a program that writes down how it was called. */
async function withFramework(): Promise<string> {
	const bin = join(await temporaryFolder(), 'bin');
	await mkdir(bin);
	const script = '#!/bin/sh\necho "$* for $PULSE_SERVER_ADDRESS" > web/routes.txt\n';
	await writeFile(join(bin, 'pulse'), script, { mode: 0o755 });
	return [bin, process.env.PATH].join(delimiter);
}

test('the framework makes its routes before the web root is built, with the build arguments of its stage', async () => {
	const { api, id } = await deployed(await withFramework());
	const line = 'generate main.py --ci for http://127.0.0.1:9';
	await until('the routes are printed', async () => (await logs(api, id)).includes(line));
});

test('without the framework on the PATH, a build and a start say which environment is to be activated', async () => {
	const { api, id } = await deployed(process.env.PATH ?? '');
	await reaches(api, id, 'FAILED');
	expect((await logs(api, id)).at(-1)).toMatch(
		/^"pulse generate main.py --ci" needs pulse, .* activate its environment .* local down, and local up/,
	);
});

test('without it, a start command that names it says so as well', async () => {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web', { startCommand: `sh -c 'exec pulse run "$PULSE_APP_FILE"'` });
	const id = await deployFiles(api, stack, web, { 'main.py': '' });
	await reaches(api, id, 'FAILED');
	expect((await logs(api, id)).at(-1)).toContain(
		'needs pulse, and the PATH that this platform was started with has none',
	);
});
