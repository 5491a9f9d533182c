import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dockerImages } from './docker.ts';
import type { ImageRequest } from './session.ts';

const REGISTRY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const TOKEN = Buffer.from('AWS:hunter2').toString('base64');
const DIGEST = `sha256:${'a'.repeat(64)}`;

let folder: string;
let home: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'pulse-aws-docker-test-'));
	home = join(folder, 'home');
	mkdirSync(join(home, '.docker', 'cli-plugins'), { recursive: true });
	writeFileSync(
		join(home, '.docker', 'config.json'),
		JSON.stringify({ credsStore: 'desktop', auths: { 'docker.io': {} }, currentContext: 'remote' }),
	);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program in docker's place: no container engine is needed to see what it is told, and with which configuration. */
function docker(exitCode: number, output: readonly string[] = []): void {
	const script = `#!${process.execPath}
		const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
		const args = process.argv.slice(2);
		const own = process.env.DOCKER_CONFIG;
		const config = own ? JSON.parse(readFileSync(own + '/config.json')) : null;
		const env = { NPM_TOKEN: process.env.NPM_TOKEN, HOME: process.env.HOME };
		const told = { args, own, config, env, cmdline: readFileSync('/proc/self/cmdline', 'utf8'), entries: own ? readdirSync(own) : [] };
		writeFileSync(${JSON.stringify(join(folder, 'told.json'))}, JSON.stringify(told));
		const metadata = args.indexOf('--metadata-file');
		if (metadata !== -1) writeFileSync(args[metadata + 1], JSON.stringify({ 'containerimage.digest': '${DIGEST}' }));
		console.log('step 1/1');
		for (const line of ${JSON.stringify(output)}) console.error(line);
		process.exit(${exitCode});
	`;
	writeFileSync(join(folder, 'docker'), script);
	chmodSync(join(folder, 'docker'), 0o755);
}

const request: ImageRequest = {
	repositoryUri: `${REGISTRY}/prod`,
	tag: 'prod-20260402-120000Z',
	dockerfile: '/src/Dockerfile',
	context: '/src',
	buildArgs: { WEB_ROOT: 'web', APP_FILE: 'app.py' },
	architecture: 'arm64',
	isBuilt: false,
};

const images = (host = recordingHost(), aws: unknown = null) =>
	dockerImages({ aws: aws as never, host, env: { PATH: `${folder}:${process.env.PATH}`, HOME: home } });

function push(context = '/src', more: Partial<ImageRequest> = {}) {
	const host = recordingHost();
	const ecr = {
		getAuthorizationToken: async () => ({ $metadata: {}, authorizationData: [{ authorizationToken: TOKEN }] }),
	} as never;
	const built = { ...request, ...more, context, dockerfile: join(context, 'Dockerfile') };
	return { host, image: images(host, { ecr }).push(built, new AbortController().signal) };
}

const told = () => JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'));

test('A4.2: one build pushes the image, and its digest is what runs', async () => {
	docker(0);
	const { host, image } = push();
	expect(await image).toBe(`${REGISTRY}/prod@${DIGEST}`);
	expect(
		told()
			.args.join(' ')
			.replace(/--metadata-file \S+/, ''),
	).toBe(
		`buildx build --platform linux/arm64 --provenance=false --progress=plain --push  -t ${REGISTRY}/prod:prod-20260402-120000Z -f /src/Dockerfile --build-arg APP_FILE --build-arg WEB_ROOT /src`,
	);
	expect(host.text()).toContain('step 1/1');
});

test("A4.1: the registry's password is in a configuration of its own, past the user's credential store, and gone afterwards", async () => {
	docker(0);
	await push().image;
	const { args, own, config, entries } = told();
	expect(config).toMatchObject({
		currentContext: 'remote',
		credsStore: 'desktop',
		credHelpers: { [REGISTRY]: '' },
		auths: { 'docker.io': {}, [REGISTRY]: { auth: TOKEN } },
	});
	expect(entries).toContain('cli-plugins');
	expect(JSON.stringify(args)).not.toMatch(/hunter2|QVdTO/);
	expect(() => readdirSync(own)).toThrow('ENOENT');
	expect(readFileSync(join(home, '.docker', 'config.json'), 'utf8')).not.toContain(TOKEN);
});

test('A4.3: a build that fails says so, and leaves no password behind', async () => {
	const reason = 'process "/bin/sh -c npm ci" did not complete successfully: exit code: 1';
	docker(3, ['#7 [2/3] RUN npm ci', '#7 0.81 npm error failed to push', `#7 ERROR: ${reason}`, `ERROR: ${reason}`]);
	await expect(push().image).rejects.toMatchObject({
		message: 'Docker build failed',
		fault: 'app',
		detail: expect.stringContaining(reason),
	});
	expect(() => readdirSync(told().own)).toThrow('ENOENT');
});

const IMAGE = `${REGISTRY}/prod:prod-20260402-120000Z`;
const FORBIDDEN = `unexpected status from PUT request to https://${REGISTRY}/v2/prod/manifests: 403 Forbidden`;
test.each<[string, string[]]>([
	[
		'of today',
		[
			'#12 exporting to image',
			'#12 pushing layers 0.4s done',
			`ERROR: failed to build: failed to push ${IMAGE}: ${FORBIDDEN}`,
		],
	],
	[
		'of older BuildKits',
		['#14 exporting to image', '#14 pushing layers', `#14 ERROR: ${FORBIDDEN}`, `error: failed to solve: ${FORBIDDEN}`],
	],
	["of Docker's own driver", [`#9 pushing ${IMAGE} with docker`, '#9 ERROR: denied: not authorized', 'ERROR: denied']],
])('A4.3: an image that was built and could not be pushed is told apart, in the words %s', async (_, output) => {
	docker(1, output);
	await expect(push().image).rejects.toMatchObject({
		message: 'Docker push failed',
		fault: 'platform',
		detail: expect.stringMatching(/403 Forbidden|denied/),
	});
});

test('A4.3: what a program of the build prints is not taken for a push', async () => {
	docker(1, ['#7 [2/3] RUN ./release', `#7 0.31 pushing layers`, '#7 ERROR: exit code: 1', 'ERROR: failed to solve']);
	await expect(push().image).rejects.toThrow('Docker build failed');
});

test.each([
	'ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
	"docker: 'buildx' is not a docker command.",
])('A4.3: %s is not blamed on the Dockerfile', async (line) => {
	docker(1, [line]);
	await expect(push().image).rejects.toMatchObject({
		message: 'Docker build failed',
		fault: 'user',
		next: expect.stringContaining('buildx plugin'),
	});
});

test('A4.3: without docker it says what to install', async () => {
	const bare = dockerImages({
		aws: {
			ecr: {
				getAuthorizationToken: async () => ({ $metadata: {}, authorizationData: [{ authorizationToken: TOKEN }] }),
			} as never,
		},
		host: recordingHost(),
		env: { PATH: folder, HOME: home },
	});
	await expect(bare.push(request, new AbortController().signal)).rejects.toThrow(
		'Docker is not installed or not in PATH',
	);
});

test('A4.1: without a login of the registry nothing is built', async () => {
	docker(0);
	const ecr = { getAuthorizationToken: async () => ({ $metadata: {} }) } as never;
	const pusher = dockerImages({ aws: { ecr }, host: recordingHost(), env: { PATH: folder, HOME: home } });
	await expect(pusher.push(request, new AbortController().signal)).rejects.toThrow('Failed to authenticate with ECR');
	expect(readdirSync(folder)).not.toContain('told.json');
});

test('secrets that nothing keeps out of the image are warned of', async () => {
	docker(0);
	const context = join(folder, 'context');
	mkdirSync(join(context, 'config'), { recursive: true });
	for (const name of ['.npmrc', '.env.example', 'config/service-account.json']) writeFileSync(join(context, name), '');
	const warned = async () => {
		const { host, image } = push(context);
		await image;
		return host.messages.flatMap((message) => (message.level === 'warning' ? [message.text] : []));
	};
	expect(await warned()).toEqual([
		`.npmrc, config/service-account.json may end up in the image: there is no .dockerignore in ${context}`,
	]);
	writeFileSync(join(context, '.dockerignore'), '.npmrc');
	expect(await warned()).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
	"a build argument's value is in docker's environment, not in the process list",
	async () => {
		docker(0);
		await push('/src', { buildArgs: { NPM_TOKEN: 'npm_SECRET123', HOME: '/elsewhere' } }).image;
		const { cmdline, env } = told();
		expect(cmdline).not.toContain('npm_SECRET123');
		expect(env).toEqual({ NPM_TOKEN: 'npm_SECRET123', HOME: home });
		expect(cmdline).toContain('HOME=/elsewhere');
	},
);

test('a build before there is a registry logs in nowhere and pushes nothing', async () => {
	docker(0);
	await images().build({ ...request, buildArgs: { NPM_TOKEN: 'npm_SECRET123' } }, new AbortController().signal);
	const { args, own, env } = told();
	expect(args).not.toContain('--push');
	expect([own, env.NPM_TOKEN]).toEqual([undefined, 'npm_SECRET123']);
});

test.each<[string, number, string[], string]>([
	[
		'no engine',
		0,
		['Name: default', 'Error: Cannot connect to the Docker daemon'],
		'Cannot connect to the Docker daemon',
	],
	['no buildx', 1, ['docker: unknown command: docker buildx', '', "Run 'docker --help'"], 'unknown command'],
	['a builder that is gone', 1, ['ERROR: no builder "mine" found'], 'no builder'],
])('before anything is made, %s is told', async (_, exitCode, output, detail) => {
	docker(exitCode, output);
	await expect(images().check(new AbortController().signal)).rejects.toMatchObject({
		code: 'docker-unusable',
		fault: 'user',
		detail: expect.stringContaining(detail),
		next: expect.stringContaining('nothing was changed'),
	});
});

test('before anything is made, a builder that answers is enough, and no docker at all is told', async () => {
	docker(0, ['Status: running']);
	await images().check(new AbortController().signal);
	rmSync(join(folder, 'docker'));
	const none = dockerImages({ aws: null as never, host: recordingHost(), env: { PATH: folder, HOME: home } });
	await expect(none.check(new AbortController().signal)).rejects.toMatchObject({ code: 'docker-missing' });
});
