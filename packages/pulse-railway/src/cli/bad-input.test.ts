import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPlatform, startLocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { pulseRailway } from './testing/run.ts';

let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;

beforeAll(async () => {
	app = await appFolder();
	platform = await startLocalPlatform({ dir: `${app.dir}/.platform`, env: process.env, redis: 'sqlite' });
	env = {
		PULSE_RAILWAY_API_URL: platform.apiUrl,
		RAILWAY_API_TOKEN: platform.accountToken,
		RAILWAY_WORKSPACE_ID: platform.workspaceId,
	};
});
afterAll(async () => {
	await platform.close();
	await app.dispose();
});

const run = (args: readonly string[], more: Record<string, string> = {}) =>
	pulseRailway(args, { cwd: app.dir, env: { ...env, ...more } });
const environments = () => platform.describe().environments;

/** One clear line that is the same for people and scripts, no stack, and a non-zero exit. */
async function expectRefusal(
	args: readonly string[],
	message: RegExp,
	more: Record<string, string> = {},
): Promise<void> {
	const { code, stderr, json } = await run([...args, '--json'], more);
	expect(stderr).toMatch(/^Error: /m);
	expect(stderr).not.toMatch(/^\s+at /m);
	expect(json<{ error: { message: string } }>().error.message).toMatch(message);
	expect(code).toBeGreaterThan(0);
	expect(environments()).toEqual([]);
}

describe('bad input is one clear line, and nothing is created: (R5.3, R5.5, R7.5, R7.6, R8.2)', () => {
	it.each<[string, string[], RegExp]>([
		['a missing app file', ['deploy', 'gone.ts'], /^App file not found: gone\.ts$/],
		['a missing app file at init', ['init', 'gone.ts'], /^App file not found: gone\.ts$/],
		['no plugin', ['init', 'no-plugin.ts'], /^RailwayPlugin not found on app$/],
		['two plugins', ['deploy', 'two-plugins.ts'], /^expected exactly one RailwayPlugin on app$/],
		['a bad id', ['deploy', 'app.ts', '--deployment-id', 'x y'], /deployment id must match/],
		['a bad KEY=VALUE', ['deploy', 'app.ts', '--env', 'NOPE'], /^--env must be KEY=VALUE, got 'NOPE'$/],
		['a reserved variable', ['deploy', 'app.ts', '--build-arg', 'PORT=1'], /reserved variables: PORT/],
		['a missing Dockerfile', ['deploy', 'app.ts', '--dockerfile', 'gone'], /^Dockerfile not found: gone$/],
		['a missing context', ['deploy', 'app.ts', '--context', 'gone'], /^Context path not found: gone$/],
		['no project', ['deploy', 'app.ts'], /^project is required$/],
		['an unknown project', ['status', '--project', 'nope'], /^project 'nope' not found$/],
		['an id that is missing', ['delete'], /^deployment id is required$/],
		['a name that is missing', ['remove'], /^deployment name is required$/],
		['an unknown flag', ['deploy', '--frob'], /unknown option '--frob'/],
		['an unknown command', ['frob'], /unknown command 'frob'/],
		['the janitor on a laptop', ['janitor', 'run'], /must execute inside Railway, not a local shell/],
	])('%s', (_what, args, message) => expectRefusal(args, message));

	it('no token', () => expectRefusal(['init', 'app.ts'], /^token is required$/, { RAILWAY_API_TOKEN: '' }));
	it('a wrong token', () => expectRefusal(['init', 'app.ts'], /./, { RAILWAY_API_TOKEN: 'wrong' }));
	it('no workspace for a new project', () =>
		expectRefusal(['init', 'app.ts'], /^workspace id is required when creating a new project$/, {
			RAILWAY_WORKSPACE_ID: '',
		}));
	it('a plain http API elsewhere', () =>
		expectRefusal(['status'], /must be https/, { PULSE_RAILWAY_API_URL: 'http://api.example.com/graphql' }));
	it('an unknown flag leads to the help of its own command', async () => {
		const { stderr } = await run(['janitor', 'run', '--frob']);
		expect(stderr).toContain('Next: Run pulse-railway janitor run --help\n');
	});
	it('an app file that ends the process', async () => {
		await writeFile(join(app.dir, 'exits.ts'), 'process.exit(0);');
		const { code, json } = await run(['deploy', 'exits.ts', '--json']);
		expect(json()).toMatchObject({ error: { code: 'app-failed', detail: 'It called process.exit(0).' } });
		expect(code).toBe(1);
	});
	it('an app file that prints and keeps a timer leaves one document, and the command ends', async () => {
		await writeFile(
			join(app.dir, 'noisy.ts'),
			`console.log('noise'); setInterval(() => {}, 1000);\n${await readFile(join(app.dir, 'app.ts'), 'utf8')}`,
		);
		const { code, stderr, json } = await run(['init', 'noisy.ts', '--dry-run', '--json']);
		expect(json()).toMatchObject({ dry_run: true });
		expect([code, stderr]).toEqual([0, 'noise\n']);
	});
	it('a token on the command line never comes back', async () => {
		const { stdout, stderr } = await run(['init', 'app.ts', '--token', 'hunter2-hunter2', '--json', '--verbose']);
		expect(stdout + stderr).not.toContain('hunter2');
	});
});

it.each([
	[['--help'], 'Commands:'],
	[['deploy', '--help'], 'env: PULSE_RAILWAY_DEPLOYMENT_NAME; default: prod'],
	[['janitor', 'run', '--help'], 'fails outside Railway'],
	[['local', '--help'], 'up'],
])('%o is answered without a token, an app or a platform', async (args, text) => {
	const { code, stdout } = await pulseRailway(args, { cwd: app.dir });
	expect([code, stdout.replaceAll(/\s+/g, ' ').includes(text)]).toEqual([0, true]);
});
