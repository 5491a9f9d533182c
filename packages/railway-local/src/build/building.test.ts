import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

async function setUp(settings: object, options: Parameters<typeof startPlatform>[0] = {}, variables = {}) {
	const api = client(await startPlatform(options));
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web', settings, variables);
	return { api, stack, web, deploy: (files: Record<string, string>) => deployFiles(api, stack, web, files) };
}

const output = (api: ReturnType<typeof client>, id: string, line: string) =>
	until(`"${line}" is printed`, async () => (await logs(api, id)).includes(line));

const LOCK = JSON.stringify({ name: 'app', lockfileVersion: 3, requires: true, packages: { '': { name: 'app' } } });

test('dependencies are installed by the lock file once, and cached by its hash', async () => {
	const { api, deploy } = await setUp({ startCommand: 'ls -d node_modules' });
	const files = { 'package.json': '{"name":"app"}', 'package-lock.json': LOCK };
	const first = await deploy(files);
	await output(api, first, 'node_modules');
	expect(await logs(api, first)).toContain('$ npm ci');
	const second = await deploy({ ...files, 'changed.txt': '' });
	await output(api, second, 'node_modules');
	expect(await logs(api, second)).toContain('Dependencies: cached by package-lock.json.');
	expect(await logs(api, second)).not.toContain('$ npm ci');
});

test('an existing node_modules is linked on request, commands of workspace packages included', async () => {
	const modules = join(await temporaryFolder(), 'node_modules');
	await mkdir(join(modules, 'greeter'), { recursive: true });
	await writeFile(join(modules, 'greeter/package.json'), '{"name":"greeter","bin":{"greet":"./greet.js"}}');
	await writeFile(join(modules, 'greeter/greet.js'), "console.log('hello', process.argv[2])");
	const { api, deploy } = await setUp({ startCommand: 'greet you' }, { nodeModules: modules });
	await output(api, await deploy({ 'package.json': '{"dependencies":{"greeter":"1.0.0"}}' }), 'hello you');
});

test('without a start command the Dockerfile gives it, and its stages are reported as not executed', async () => {
	const { api, deploy } = await setUp({}, {}, { WHO: 'arg' });
	const id = await deploy({
		Dockerfile: 'FROM node\nARG WHO\nENV GREETING="hi $WHO"\nRUN make everything\nCMD ["sh", "-c", "echo $GREETING"]',
	});
	await output(api, id, 'hi arg');
	expect(await logs(api, id)).toContain('  RUN make everything');
});

test('a Dockerfile that the settings name must be in the upload', async () => {
	const { api, deploy } = await setUp({ startCommand: 'true' }, {}, { RAILWAY_DOCKERFILE_PATH: 'docker/Missing' });
	const id = await deploy({ 'a.txt': '' });
	await reaches(api, id, 'FAILED');
	expect((await logs(api, id)).at(-1)).toBe('Dockerfile not found in the upload: docker/Missing');
});

test('a build command runs with the variables of the service, and its failure fails the deployment', async () => {
	const settings = { buildCommand: 'echo "built $WHAT" > out.txt', startCommand: 'cat out.txt' };
	const { api, deploy } = await setUp(settings, {}, { WHAT: 'it' });
	await output(api, await deploy({ 'a.txt': '' }), 'built it');
	const broken = await setUp({ buildCommand: 'exit 7', startCommand: 'true' });
	const id = await broken.deploy({ 'a.txt': '' });
	await reaches(broken.api, id, 'FAILED');
	expect((await logs(broken.api, id)).at(-1)).toBe('"exit 7" ended with code 7');
});

test('a source without any start command says so', async () => {
	const { api, deploy } = await setUp({});
	const id = await deploy({ 'a.txt': '' });
	await reaches(api, id, 'FAILED');
	expect((await logs(api, id)).at(-1)).toContain('No start command was found');
});

test('an image that this machine cannot run fails with its reason', async () => {
	const { api, stack } = await setUp({});
	const { serviceCreate } = await api.data('mutation($i: ServiceCreateInput!) { serviceCreate(input: $i) { id } }', {
		i: { ...stack, name: 'db', source: { image: 'postgres:17' } },
	});
	const { deployments } = await api.data(
		'query($s: String!) { deployments(input: {serviceId: $s}) { edges { node { id } } } }',
		{ s: serviceCreate.id },
	);
	const id = deployments.edges[0].node.id;
	await reaches(api, id, 'FAILED');
	expect((await logs(api, id)).at(-1)).toContain('no container engine');
});
