import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { config } from '../commands/config.ts';
import { placeOf, placeSettings } from './common.ts';
import { deployRequest } from './deploy.ts';
import { heedMemory } from './place-memory.ts';

const SAID = { account: '111122223333', region: 'eu-west-1', deployment_name: 'shop', domain: 'shop.example.com' };
const ENDPOINT = { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000' };

/** A folder in whose `.pulse` that stands. */
function folder(said: unknown = SAID, toml = '', name = 'aws.json'): string {
	const dir = mkdtempSync(join(tmpdir(), 'pulse-aws-memory-'));
	onTestFinished(() => rmSync(dir, { recursive: true }));
	mkdirSync(join(dir, '.pulse/local'), { recursive: true });
	writeFileSync(join(dir, '.pulse', name), typeof said === 'string' ? said : JSON.stringify(said));
	if (toml !== '') writeFileSync(join(dir, 'pulse.toml'), toml);
	return dir;
}

interface Shell {
	readonly flags?: Readonly<Record<string, string>>;
	readonly env?: Readonly<Record<string, string>>;
	readonly toml?: string;
	readonly said?: unknown;
}

const seen = ({ flags = {}, env = {}, toml = '', said = SAID }: Shell = {}) =>
	placeOf(placeSettings, { flags, env, cwd: folder(said, toml) });

/** What is told, or how it is refused, where the credentials are of that account and the profile of that region. */
async function heeded(shell: Shell, account = SAID.account, profile = 'us-east-1'): Promise<string> {
	const { at } = await seen(shell);
	const told: string[] = [];
	const host = { notify: ({ text }: { text: string }) => void told.push(text) };
	if (at.memory !== undefined) heedMemory(at.memory, { account, region: at.region ?? profile }, host);
	return told.join('\n');
}

test('A12.7: a new shell needs no exports: name, region and, for a deploy, the domain are as the first deploy settled them, with a word', async () => {
	expect(await seen()).toMatchObject({ name: 'shop', at: { region: 'eu-west-1' } });
	expect(await heeded({})).toBe('deployment shop in eu-west-1, account 111122223333, as .pulse/aws.json remembers');
	const cwd = folder();
	for (const [name, text] of [
		['Dockerfile', 'FROM node\nEXPOSE 80\n'],
		['index.html', ''],
	] as const)
		writeFileSync(join(cwd, name), text);
	expect(await deployRequest({ flags: {}, env: {}, cwd })).toMatchObject({
		...{ deploymentName: 'shop', domain: 'shop.example.com', domainFrom: '.pulse/aws.json' },
		...{ at: { region: 'eu-west-1' }, folder: cwd },
	});
	expect(await deployRequest({ flags: { domain: 'b.example.com' }, env: {}, cwd })).not.toHaveProperty('domainFrom');
});

test('A12.7: flag, variable and pulse.toml go before it, and of another deployment it says nothing', async () => {
	const elsewhere = {
		flags: { region: 'eu-north-1' },
		env: { AWS_REGION: 'us-west-2' },
		toml: 'region = "sa-east-1"\n',
	};
	expect((await seen(elsewhere)).at.region).toBe('eu-north-1');
	expect((await seen({ ...elsewhere, flags: {} })).at.region).toBe('us-west-2');
	expect((await seen({ ...elsewhere, flags: {}, env: {} })).at.region).toBe('sa-east-1');
	const others: Shell[] = [{ flags: { deploymentName: 'stage' } }, { toml: 'deployment_name = "stage"\n' }];
	for (const other of others) {
		expect(await seen(other)).toMatchObject({ name: 'stage', at: { region: undefined, memory: undefined } });
		expect(await heeded(other, '999988887777')).toBe('');
	}
});

test.each<[string, Shell, string, string | undefined, string]>([
	['credentials of another account', {}, '999988887777', undefined, 'of the account 999988887777'],
	[
		'the same, where pulse.toml names it, as in the checkout of a colleague or a CI',
		{ toml: 'deployment_name = "shop"\nregion = "eu-west-1"\n' },
		'999988887777',
		undefined,
		'of the account 999988887777',
	],
	[
		'a name that was typed, with the region of another account',
		{ flags: { deploymentName: 'shop' } },
		'999988887777',
		undefined,
		'of the account 999988887777',
	],
	[
		"a shell's variable for another region",
		{ env: { AWS_REGION: 'us-west-2' } },
		SAID.account,
		undefined,
		'remembers shop in eu-west-1; AWS_REGION says us-west-2',
	],
	[
		'a pull request that changed the account',
		{ said: { ...SAID, account: '666666666666' } },
		SAID.account,
		undefined,
		'remembers shop in the account 666666666666',
	],
])('A12.7: %s is refused, with how to say that it is meant', async (_, shell, account, profile, message) => {
	await expect(heeded(shell, account, profile)).rejects.toMatchObject({
		...{ code: 'usage', message: expect.stringContaining(message) },
		next: expect.stringContaining('--deployment-name shop --region'),
	});
});

test('A12.7: whoever says name and region works there, and is told what is remembered', async () => {
	const words = '.pulse/aws.json remembers deployment shop in eu-west-1, account 111122223333; this command works on';
	const named = { flags: { deploymentName: 'shop', region: 'eu-west-1' } };
	expect(await heeded(named, '999988887777')).toBe(`${words} deployment shop in eu-west-1, account 999988887777`);
	const variables = { env: { PULSE_AWS_DEPLOYMENT_NAME: 'shop', AWS_REGION: 'us-west-2' } };
	expect(await heeded(variables)).toBe(`${words} deployment shop in us-west-2, account 111122223333`);
	expect(await heeded({ flags: { region: 'us-west-2' }, toml: 'deployment_name = "shop"\n' })).toContain(words);
});

test.each([
	['<<<<<<< ours', 'it is no JSON object'],
	[{ ...SAID, account: '12' }, 'it names no account'],
	[{ ...SAID, region: 'evil.example/eu-west-1' }, 'it names no region'],
	[{ ...SAID, region: undefined }, 'it names no region'],
	[{ ...SAID, deployment_name: '../../x' }, 'it names no deployment'],
	[{ ...SAID, domain: 'https://x' }, 'it names no domain'],
])('A12.7: a file that says %j is an error, never a silent nothing', async (said, why) => {
	await expect(seen({ said })).rejects.toThrow(`.pulse/aws.json cannot be read: ${why}`);
});

test('A12.7: what an emulator of AWS has is of this machine', async () => {
	const cwd = folder({ ...SAID, deployment_name: 'tried' }, '', 'local/aws.json');
	expect(await placeOf(placeSettings, { flags: {}, env: ENDPOINT, cwd })).toMatchObject({ name: 'tried' });
	await expect(placeOf(placeSettings, { flags: {}, env: {}, cwd })).rejects.toThrow('--deployment-name is required');
});

test('C1.21: config shows what is remembered, with its origin, also where it does not count', async () => {
	const cwd = folder();
	const of = async (flags = {}) => {
		const { settings, remembered } = await config({ flags, env: {}, cwd });
		const lines = settings.map(({ name, value, from, origin }) => [name, [value, from, origin]]);
		return { ...Object.fromEntries(lines), remembered };
	};
	const by = ['remembered', '.pulse/aws.json'];
	const remembered = { ...SAID, place: '.pulse/aws.json' };
	expect(await of()).toMatchObject({
		...{ 'deployment-name': ['shop', ...by], region: ['eu-west-1', ...by], domain: ['shop.example.com', ...by] },
		remembered,
	});
	const other = await of({ deploymentName: 'stage' });
	expect(other).toMatchObject({ 'deployment-name': ['stage', 'flag', '--deployment-name'], remembered });
	expect(other).toMatchObject({ region: [null, null, null], domain: [null, null, null] });
});
