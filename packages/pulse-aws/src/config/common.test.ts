import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { reapSettings, teardownSettings, verifySettings } from './commands.ts';
import { placeOf, placeSettings } from './common.ts';

/** A folder with another one below it, in which pulse.toml says so. */
function folder(text: string): string {
	const dir = mkdtempSync(join(tmpdir(), 'pulse-aws-place-'));
	onTestFinished(() => rmSync(dir, { recursive: true }));
	mkdirSync(join(dir, 'shop'));
	writeFileSync(join(dir, 'shop', 'pulse.toml'), text);
	return dir;
}

const FILE = 'deployment_name = "shop"\nregion = "eu-north-1"\ndomain = "shop.example.com"\nproject = "of Railway"\n';

test('A12.3: what pulse.toml says of deploy counts for every command, a variable wins over it, and a flag over both', async () => {
	const cwd = join(folder(FILE), 'shop');
	for (const table of [placeSettings, reapSettings, teardownSettings, verifySettings]) {
		expect(await placeOf(table, { flags: {}, env: {}, cwd })).toMatchObject({
			name: 'shop',
			at: { region: 'eu-north-1' },
		});
	}
	expect((await placeOf(verifySettings, { flags: {}, env: {}, cwd })).values.domain).toBe('shop.example.com');
	const env = { PULSE_AWS_DEPLOYMENT_NAME: 'stage', AWS_REGION: 'us-east-1', PULSE_AWS_DOMAIN: 'b.example.com' };
	const flags = { deploymentName: 'prod' };
	const { name, at, values } = await placeOf(verifySettings, { flags, env, cwd });
	expect([name, at.region, values.domain]).toEqual(['prod', 'us-east-1', 'b.example.com']);
});

test('it stands in the build context, as for deploy', async () => {
	const cwd = folder(FILE);
	expect(await placeOf(placeSettings, { flags: { context: 'shop' }, env: {}, cwd })).toMatchObject({ name: 'shop' });
	const env = { PULSE_AWS_CONTEXT: 'shop' };
	expect(await placeOf(placeSettings, { flags: {}, env, cwd })).toMatchObject({ at: { region: 'eu-north-1' } });
});

test.each([
	['a folder that is not there', FILE, { context: 'nowhere' }, 'Context path not found: nowhere'],
	[
		'a key that nobody knows',
		'regoin = "eu-north-1"\n',
		{ context: 'shop', deploymentName: 'a' },
		"unknown key 'regoin'",
	],
	['no name', 'region = "eu-north-1"\n', { context: 'shop' }, '--deployment-name is required'],
])('%s is a usage error', async (_, text, flags, message) => {
	await expect(placeOf(placeSettings, { flags, env: {}, cwd: folder(text) })).rejects.toMatchObject({
		code: 'usage',
		message: expect.stringContaining(message),
	});
});
