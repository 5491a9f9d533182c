import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { c as createTar, Header } from 'tar';
import { expect, test } from 'vitest';
import {
	archive,
	client,
	createService,
	createStack,
	deployFiles,
	logs,
	reaches,
	startPlatform,
	temporaryFolder,
} from '../testing/harness.ts';

async function setUp(options: Parameters<typeof startPlatform>[0] = {}) {
	const platform = await startPlatform(options);
	const api = client(platform);
	const stack = await createStack(api);
	return {
		platform,
		api,
		stack,
		web: await createService(api, stack, 'web', { startCommand: 'cat deep/er/file.txt' }),
	};
}

test('an upload answers before the build and names the deployment', async () => {
	const { api, stack, web } = await setUp();
	const response = await api.upload(stack, web, new Uint8Array(await archive({ 'deep/er/file.txt': 'hello' })));
	const body = (await response.json()) as Record<string, string>;
	expect(response.status).toBe(200);
	expect(Object.keys(body).sort()).toEqual(['deploymentDomain', 'deploymentId', 'logsUrl', 'url']);
	await reaches(api, body.deploymentId!, 'SUCCESS');
});

test('uploads that cannot be taken are refused with the status Railway gives', async () => {
	const { platform, api, stack, web } = await setUp({ behaviour: { maxUploadBytes: 50_000 } });
	const body = new Uint8Array(await archive({ 'a.txt': 'a' }));
	expect((await api.upload(stack, 'no-such-service', body)).status).toBe(404);
	expect((await api.upload({ ...stack, environmentId: 'other' }, web, body)).status).toBe(404);
	expect((await client(platform, {}).upload(stack, web, body)).status).toBe(401);
	const text = await api.upload(stack, web, 'not an archive');
	expect([text.status, await text.json()]).toEqual([400, { message: 'The body is not a gzip archive' }]);
	expect((await api.upload(stack, web, new Uint8Array(20_000_000))).status).toBe(413);
});

test('a project token uploads to its environment', async () => {
	const { platform, api, stack, web } = await setUp();
	const { projectTokenCreate: token } = await api.data(
		'mutation($i: ProjectTokenCreateInput!) { projectTokenCreate(input: $i) }',
		{
			i: { ...stack, name: 'ci' },
		},
	);
	const own = client(platform, { 'project-access-token': token });
	expect((await own.upload(stack, web, new Uint8Array(await archive({ 'a.txt': '' })))).status).toBe(200);
	expect((await own.upload(await createStack(api), web, new Uint8Array(await archive({ 'a.txt': '' })))).status).toBe(
		401,
	);
});

/** A gzip'd tar with one entry of this name, which no honest tool would write. */
function hostile(path: string, type: 'File' | 'SymbolicLink' = 'File', linkpath = ''): Uint8Array<ArrayBuffer> {
	const content = Buffer.from('x');
	const block = Buffer.alloc(512);
	new Header({
		path,
		type,
		linkpath,
		mode: 0o644,
		size: type === 'File' ? content.length : 0,
		mtime: new Date(0),
	}).encode(block);
	const data = type === 'File' ? Buffer.concat([content], 512) : Buffer.alloc(0);
	return new Uint8Array(gzipSync(Buffer.concat([block, data, Buffer.alloc(1024)])));
}

test('an archive cannot write or link outside its folder; the build fails and says why', async () => {
	const { api, stack, web } = await setUp();
	for (const body of [
		hostile('../../escape.txt'),
		hostile('/tmp/escape.txt'),
		hostile('link', 'SymbolicLink', '../../../etc'),
	]) {
		const response = await api.upload(stack, web, body);
		const { deploymentId } = (await response.json()) as { deploymentId: string };
		await reaches(api, deploymentId, 'FAILED');
		expect((await logs(api, deploymentId)).at(-1)).toContain('The upload cannot be unpacked');
	}
});

test('links within the archive are kept', async () => {
	const { api, stack, web } = await setUp();
	const dir = await temporaryFolder();
	await mkdir(join(dir, 'real/er'), { recursive: true });
	await writeFile(join(dir, 'real/er/file.txt'), 'linked');
	await symlink('real', join(dir, 'deep'));
	const chunks: Buffer[] = [];
	for await (const chunk of createTar({ gzip: true, cwd: dir, prefix: './' }, ['.'])) chunks.push(chunk as Buffer);
	const response = await api.upload(stack, web, new Uint8Array(Buffer.concat(chunks)));
	const { deploymentId } = (await response.json()) as { deploymentId: string };
	await reaches(api, deploymentId, 'SUCCESS');
});

test('a truncated archive fails its build', async () => {
	const { api, stack, web } = await setUp();
	const whole = await archive({ 'a.txt': 'a'.repeat(10_000), 'b.txt': 'b' });
	const response = await api.upload(stack, web, new Uint8Array(whole.subarray(0, whole.length - 40)));
	const { deploymentId } = (await response.json()) as { deploymentId: string };
	await reaches(api, deploymentId, 'FAILED');
});

test('a new upload is what a later deploy of the service builds', async () => {
	const { api, stack, web } = await setUp();
	await reaches(api, await deployFiles(api, stack, web, { 'deep/er/file.txt': 'one' }), 'SUCCESS');
	const { serviceInstanceDeployV2: id } = await api.data(
		'mutation($s: String!, $e: String!) { serviceInstanceDeployV2(serviceId: $s, environmentId: $e) }',
		{ s: web, e: stack.environmentId },
	);
	await reaches(api, id, 'SUCCESS');
	expect(await logs(api, id)).toContain('Unpacked 4 files and folders.');
});
