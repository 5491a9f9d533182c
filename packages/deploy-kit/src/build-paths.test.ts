import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDockerfile, isInside } from './build-paths.ts';

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'build-paths-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function files(...paths: string[]): void {
	for (const path of paths) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), '');
	}
}

test.each([
	['the root has one as well', ['Dockerfile', 'apps/web/Dockerfile'], 'Dockerfile', 'apps/web/Dockerfile'],
	['only the context has one', ['apps/web/Dockerfile'], 'Dockerfile', 'apps/web/Dockerfile'],
	['it is named from the working folder', ['apps/web/Dockerfile'], 'apps/web/Dockerfile', 'apps/web/Dockerfile'],
	[
		'its folder begins with two dots',
		['apps/web/..ops/Dockerfile'],
		'apps/web/..ops/Dockerfile',
		'apps/web/..ops/Dockerfile',
	],
	['only the root has one', ['Dockerfile', 'apps/web/app.ts'], 'Dockerfile', 'Dockerfile'],
])('a Dockerfile inside the context wins: %s', async (_, there, given, expected) => {
	files(...there);
	expect(await findDockerfile(root, join(root, 'apps/web'), given)).toBe(join(root, expected));
});

test('there may be none', async () => {
	expect(await findDockerfile(root, root, 'Dockerfile')).toBeNull();
});

test.each([
	['/a/..b', true],
	['/a/..b/c', true],
	['/a', true],
	['/a/...', true],
	['/', false],
	['/ab', false],
	['/b', false],
])('%s is inside /a: %s', (path, inside) => expect(isInside('/a', path)).toBe(inside));
