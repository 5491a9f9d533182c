import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ImageRequest } from '../apply/session.ts';
import { dockerPusher } from './docker.ts';

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
function docker(exitCode: number): void {
	const script = `#!${process.execPath}
		const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
		const args = process.argv.slice(2);
		const own = process.env.DOCKER_CONFIG;
		const config = JSON.parse(readFileSync(own + '/config.json'));
		writeFileSync(${JSON.stringify(join(folder, 'told.json'))}, JSON.stringify({ args, own, config, entries: readdirSync(own) }));
		writeFileSync(args[args.indexOf('--metadata-file') + 1], JSON.stringify({ 'containerimage.digest': '${DIGEST}' }));
		console.log('step 1/1');
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
};

function push() {
	const host = recordingHost();
	const ecr = {
		getAuthorizationToken: async () => ({ $metadata: {}, authorizationData: [{ authorizationToken: TOKEN }] }),
	} as never;
	const pusher = dockerPusher({ aws: { ecr }, host, env: { PATH: `${folder}:${process.env.PATH}`, HOME: home } });
	return { host, image: pusher(request, new AbortController().signal) };
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
		`buildx build --platform linux/arm64 --push --provenance=false --progress=plain  -t ${REGISTRY}/prod:prod-20260402-120000Z -f /src/Dockerfile --build-arg APP_FILE=app.py --build-arg WEB_ROOT=web /src`,
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
	docker(3);
	await expect(push().image).rejects.toThrow('Docker build failed');
	expect(() => readdirSync(told().own)).toThrow('ENOENT');
});

test('A4.3: without docker it says what to install', async () => {
	const bare = dockerPusher({
		aws: {
			ecr: {
				getAuthorizationToken: async () => ({ $metadata: {}, authorizationData: [{ authorizationToken: TOKEN }] }),
			} as never,
		},
		host: recordingHost(),
		env: { PATH: folder, HOME: home },
	});
	await expect(bare(request, new AbortController().signal)).rejects.toThrow('Docker is not installed or not in PATH');
});

test('A4.1: without a login of the registry nothing is built', async () => {
	docker(0);
	const ecr = { getAuthorizationToken: async () => ({ $metadata: {} }) } as never;
	const pusher = dockerPusher({ aws: { ecr }, host: recordingHost(), env: { PATH: folder, HOME: home } });
	await expect(pusher(request, new AbortController().signal)).rejects.toThrow('Failed to authenticate with ECR');
	expect(readdirSync(folder)).not.toContain('told.json');
});
