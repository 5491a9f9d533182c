import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateApp, locateAppFromHere, locateDockerfile, locateWebRoot } from './paths.ts';

let root: string;

beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), 'paths-'));
	await mkdir(join(root, 'shop/web'), { recursive: true });
	await mkdir(join(root, 'empty'));
	for (const file of ['shop/app.ts', 'shop/Dockerfile', 'shop/server.ts', 'Dockerfile.shop'])
		await writeFile(join(root, file), '');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the app file (R7.5)', () => {
	it('is relative to the context, which is relative to here', async () => {
		expect(await locateApp({ cwd: root, context: 'shop', appFile: './server.ts' })).toEqual({
			context: join(root, 'shop'),
			appFile: 'server.ts',
		});
	});
	it('is found by its usual names', async () => {
		expect((await locateApp({ cwd: root, context: 'shop', appFile: undefined })).appFile).toBe('app.ts');
	});
	it.each([
		[{ context: 'shop', appFile: '/app.ts' }, 'app-file must be relative'],
		[{ context: 'shop', appFile: 'gone.ts' }, 'App file not found: gone.ts'],
		[{ context: 'shop', appFile: '../Dockerfile.shop' }, 'app-file must be inside the build context'],
		[{ context: 'gone', appFile: 'app.ts' }, 'Context path not found: gone'],
		[{ context: 'empty', appFile: undefined }, 'App file not found: main.py'],
	])('%o is refused', async (given, message) => {
		await expect(locateApp({ cwd: root, ...given })).rejects.toThrow(message);
	});
	it('of init is relative to here', async () => {
		expect(await locateAppFromHere(root, 'shop/app.ts')).toBe(join(root, 'shop/app.ts'));
		await expect(locateAppFromHere(root, undefined)).rejects.toThrow('App file not found: main.py');
	});
});

describe('the Dockerfile', () => {
	it('is looked for from here, then in the context', async () => {
		expect(await locateDockerfile(root, join(root, 'shop'), 'shop/Dockerfile')).toBe('Dockerfile');
		expect(await locateDockerfile(root, join(root, 'shop'), 'Dockerfile')).toBe('Dockerfile');
	});
	it('must be inside the context (R6.4)', async () => {
		await expect(locateDockerfile(root, join(root, 'shop'), 'Dockerfile.shop')).rejects.toThrow(
			'dockerfile must be inside the build context',
		);
	});
	it('must exist', async () => {
		await expect(locateDockerfile(root, join(root, 'empty'), 'Dockerfile')).rejects.toThrow(
			'Dockerfile not found: Dockerfile',
		);
	});
});

it('the web root is a directory inside the context (R7.4)', async () => {
	expect(await locateWebRoot(join(root, 'shop'), 'web/')).toBe('web');
	await expect(locateWebRoot(join(root, 'shop'), '/web')).rejects.toThrow('web-root must be relative');
	await expect(locateWebRoot(join(root, 'shop'), 'app.ts')).rejects.toThrow('Web root not found: app.ts');
});
