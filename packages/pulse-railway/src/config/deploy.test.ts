import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import { describe, expect, it } from 'vitest';
import { deployConfig, deployInputs } from './deploy.ts';

const typescript: LoadedApp = { file: '/app.ts', language: 'javascript', plugins: [], sessionStore: null };
const python: LoadedApp = { ...typescript, language: 'python' };

interface Given {
	flags?: Record<string, unknown>;
	args?: string[];
	env?: Record<string, string>;
	plugin?: Record<string, unknown>;
	app?: LoadedApp;
}

function config({ flags = {}, args = [], env = {}, plugin = {}, app = typescript }: Given = {}) {
	const typed = { flags, args, env, cwd: '/here' };
	return deployConfig(typed, deployInputs(typed), app, plugin);
}

describe('the deployment name (R7.2)', () => {
	it.each<[Given, string]>([
		[{ flags: { deploymentName: 'f' }, env: { PULSE_RAILWAY_DEPLOYMENT_NAME: 'e' } }, 'f'],
		[{ env: { PULSE_RAILWAY_DEPLOYMENT_NAME: 'e' }, plugin: { deploymentName: 'p' } }, 'e'],
		[{ plugin: { deploymentName: 'p' } }, 'p'],
		[{}, 'prod'],
	])('%o → %s', (given, name) => expect(config(given).deploymentName).toBe(name));
});

it('an id that no service could carry is refused before anything is built', () => {
	expect(() => config({ flags: { deploymentId: 'prod-' } })).toThrow(
		"deployment id 'prod-' must end in a letter or digit",
	);
	expect(config({ flags: { deploymentId: 'prod--1' } }).deploymentId).toBe('prod--1');
});

it('image mode follows flag, variable, plugin (R7.1)', () => {
	expect(config().imageRepository).toBeUndefined();
	expect(
		config({ env: { PULSE_RAILWAY_IMAGE_REPOSITORY: 'e' }, plugin: { imageRepository: 'p' } }).imageRepository,
	).toBe('e');
});

it('the prefix of the plugin wins over the environment (R7.3), and names follow it', () => {
	const { servicePrefix, names } = config({
		env: { PULSE_RAILWAY_SERVICE_PREFIX: 'e' },
		plugin: { servicePrefix: 'p' },
	});
	expect([servicePrefix, names.router]).toEqual(['p-', 'p-router']);
});

it('the project of the plugin wins over the environment (R5.2), a flag over both', () => {
	const env = { RAILWAY_PROJECT_ID: 'e', RAILWAY_ENVIRONMENT_ID: 'ee' };
	expect(config({ env, plugin: { projectId: 'p' } }).target).toMatchObject({ projectId: 'p', environmentId: 'ee' });
	expect(config({ env, flags: { projectId: 'f' } }).target.projectId).toBe('f');
});

it('a project named by flag wins over an id from elsewhere, and both by flag are refused (R5.22)', () => {
	expect(config({ flags: { project: 'shop' }, env: { RAILWAY_PROJECT_ID: 'e' } }).target).toMatchObject({
		project: 'shop',
		projectId: undefined,
	});
	expect(() => config({ flags: { project: 'shop', projectId: 'x' } })).toThrow('project name or project id');
});

it('no deployment id and no Redis is taken from the ambient environment (decision 2)', () => {
	const { deploymentId, env } = config({ env: { PULSE_DEPLOYMENT_ID: 'ambient', REDIS_URL: 'redis://ambient' } });
	expect([deploymentId, env]).toEqual([undefined, {}]);
});

it('an explicit id is normalised or refused before anything happens (R1.4)', () => {
	expect(config({ flags: { deploymentId: ' PROD-1 ' } }).deploymentId).toBe('prod-1');
	expect(() => config({ flags: { deploymentId: 'x y' } })).toThrow(
		'deployment id must match ^[a-z0-9][a-z0-9-]{0,23}$',
	);
});

it('Python apps have a web root by default, TypeScript apps only a given one', () => {
	expect([config({ app: python }).webRoot, config().webRoot]).toEqual(['web', undefined]);
	expect(config({ flags: { webRoot: 'ui' } }).webRoot).toBe('ui');
});

it.each(['env', 'buildArg'])('reserved names are refused for --%s, in both modes, sorted (R7.7)', (flag) => {
	for (const imageRepository of [undefined, 'ghcr.io/a/b']) {
		expect(() => config({ flags: { [flag]: ['PORT=1', 'PULSE_APP_FILE=x', 'OK=1'], imageRepository } })).toThrow(
			'must not set reserved variables: PORT, PULSE_APP_FILE',
		);
	}
	expect(config({ flags: { [flag]: ['REDIS_URL=x', 'WEB_ROOT=y'] } })).toBeDefined();
});

it('KEY=VALUE is checked (R7.6)', () => {
	expect(() => config({ flags: { env: ['NOPE'] } })).toThrow("--env must be KEY=VALUE, got 'NOPE'");
});

it('--no-gitignore is for source mode (R6.9)', () => {
	expect(config({ flags: { gitignore: false } }).useGitignore).toBe(false);
	expect(() => config({ flags: { gitignore: false, imageRepository: 'r' } })).toThrow(
		'--no-gitignore cannot be used with --image-repository',
	);
});

it('the app file is an argument or a flag, not both', () => {
	expect(config({ args: ['a.ts'] }).appFile).toBe('a.ts');
	expect(config({ env: { PULSE_RAILWAY_APP_FILE: 'b.ts' } }).appFile).toBe('b.ts');
	expect(() => config({ args: ['a.ts'], flags: { appFile: 'b.ts' } })).toThrow('give the app file once');
});

it('the Railway CLI is found from here, or on PATH', () => {
	const bin = (railwayBin: string) => config({ flags: { railwayBin } }).railwayBin;
	expect([bin('railway'), bin('./bin/railway'), config().railwayBin]).toEqual([
		'railway',
		'/here/bin/railway',
		undefined,
	]);
});

it('an unreadable value is an error that names where it came from', () => {
	expect(() => config({ env: { PULSE_RAILWAY_BACKEND_REPLICAS: 'two' } })).toThrow(
		"PULSE_RAILWAY_BACKEND_REPLICAS: must be an integer, got 'two'",
	);
	expect(() => config({ plugin: { serverAddress: 'http://app.example.com' } })).toThrow('must be https');
});

it('refuses the Railway CLI where the API is not Railway, which is all that it knows', () => {
	const bin = (api: string, more = {}) =>
		config({ flags: { railwayBin: 'railway', ...more }, env: { PULSE_RAILWAY_API_URL: api } }).railwayBin;
	expect(() => bin('http://127.0.0.1:4000/graphql/v2')).toThrow('cannot be used with PULSE_RAILWAY_API_URL');
	expect(bin('https://backboard.railway.com/graphql/v2?x=1')).toBe('railway');
	expect(bin('http://127.0.0.1:4000/graphql/v2', { imageRepository: 'ghcr.io/a/b' })).toBe('railway');
});
