import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('A3.6: the package ships the CDK app and the bundled reaper, and nothing that a CDK run leaves behind', {
	timeout: 60_000,
}, () => {
	const cwd = fileURLToPath(new URL('..', import.meta.url));
	const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
		cwd,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const [{ files }] = JSON.parse(listing) as [{ files: { path: string }[] }];
	const paths = files.map((file) => file.path);
	expect(paths).toEqual(
		expect.arrayContaining(['cdk.json', 'dist/cdk/app.js', 'dist/reaper-bundle.cjs', 'bin/pulse-aws.js']),
	);
	expect(paths.filter((path) => /cdk\.out|cdk\.context\.json|\.DS_Store/.test(path))).toEqual([]);
});
