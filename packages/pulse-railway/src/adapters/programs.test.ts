import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { Secret } from 'pulse-deploy-kit/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildImage } from './docker.ts';
import { railwayUp } from './railway-up.ts';

const signal = new AbortController().signal;
let dir: string;

beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), 'programs-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A program of that name that writes down how it was called. */
async function program(name: string, script = ''): Promise<string> {
	const path = join(dir, name);
	await writeFile(
		path,
		`#!${process.execPath}\nrequire('node:fs').writeFileSync(__dirname + '/called.json', JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() }));\n${script}`,
	);
	await chmod(path, 0o755);
	return path;
}
const called = async () =>
	JSON.parse(await readFile(join(dir, 'called.json'), 'utf8')) as {
		args: string[];
		env: Record<string, string>;
		cwd: string;
	};

describe('docker (R7.9)', () => {
	const build = (
		script?: string,
		host = recordingHost(),
		buildArgs: Record<string, string> = { WEB_ROOT: 'web', API_KEY: 'hunter2' },
	) =>
		program('docker', script).then(() =>
			buildImage(
				{
					image: 'ghcr.io/a/b:new',
					source: { context: dir, dockerfile: 'Dockerfile', useGitignore: true },
					buildArgs,
				},
				{ PATH: dir, HOME: '/home', RAILWAY_TOKEN: 'one', RAILWAY_API_TOKEN: 'other' },
				host,
				signal,
			),
		);

	it('builds for Railway and pushes, with arguments in order and their values out of sight', async () => {
		await build();
		const { args, env } = await called();
		expect(args.join(' ')).toBe(
			`buildx build --push --platform linux/amd64 -t ghcr.io/a/b:new -f ${dir}/Dockerfile --build-arg API_KEY --build-arg WEB_ROOT ${dir}`,
		);
		expect(env).toMatchObject({ API_KEY: 'hunter2', WEB_ROOT: 'web', HOME: '/home' });
		expect(Object.keys(env).filter((name) => name.startsWith('RAILWAY_'))).toEqual([]);
	});

	it('is not steered by arguments that are meant for the build', async () => {
		await build('', recordingHost(), { DOCKER_HOST: 'tcp://other', PATH: '/app/bin', WEB_ROOT: 'web' });
		const { args, env } = await called();
		const given = args.filter((_, at) => args[at - 1] === '--build-arg');
		expect(given).toEqual(['DOCKER_HOST=tcp://other', 'PATH=/app/bin', 'WEB_ROOT']);
		expect([env.DOCKER_HOST, env.PATH]).toEqual([undefined, dir]);
	});

	it('warns of secrets that nothing keeps out of the image', async () => {
		for (const name of ['.env', '.env.example', 'server.key']) await writeFile(join(dir, name), '');
		for (const name of ['.pulse/local', 'config', 'credentials', 'node_modules/a'])
			await mkdir(join(dir, name), { recursive: true });
		for (const name of ['config/credentials.json', 'node_modules/a/test.key']) await writeFile(join(dir, name), '');
		const warned = async () => {
			const host = recordingHost();
			await build('', host);
			return host.messages.flatMap((message) => (message.level === 'warning' ? [message.text] : []));
		};
		expect(await warned()).toEqual([
			`.env, server.key, .pulse/local, config/credentials.json may end up in the image: there is no .dockerignore in ${dir}`,
		]);
		await writeFile(join(dir, 'Dockerfile.dockerignore'), '.env');
		expect(await warned()).toEqual([]);
	});

	it('that fails shows what it said', async () => {
		await expect(build(`console.error('denied: log in'); process.exit(1)`)).rejects.toMatchObject({
			code: 'image-build-failed',
			detail: 'denied: log in',
		});
	});
});

describe('the Railway CLI (R6.5, R6.6)', () => {
	const up = async (
		script = '',
		variable: 'RAILWAY_TOKEN' | 'RAILWAY_API_TOKEN' | null = null,
		confined = false,
		more = {},
	) => {
		const bin = await program('railway', script);
		const host = recordingHost();
		const scope = { project: { id: 'p', name: 'p' }, environment: { id: 'e', name: 'e' } };
		const result = await railwayUp(
			{
				bin,
				source: { context: dir, dockerfile: 'Dockerfile', useGitignore: false },
				projectId: 'p',
				environmentId: 'e',
				serviceId: 's',
			},
			{
				env: {
					...{ PATH: process.env.PATH, RAILWAY_TOKEN: 'one', RAILWAY_API_TOKEN: 'other', ...more },
					...{ RAILWAY_ENV: 'staging', RAILWAY_ENVIRONMENT_ID: 'x', RAILWAY_SERVICE_ID: 'y' },
				},
				token: { secret: new Secret('hunter2-hunter2'), origin: 'flag', variable },
				account: { tokenScope: async () => (confined ? scope : null) },
				host,
			},
			signal,
		);
		return { ...(await called()), ...result, said: host.text() };
	};

	it('uploads the context as the root, in the context', async () => {
		const { args, cwd } = await up();
		expect(args.join(' ')).toBe(
			'up . --project p --environment e --service s --detach --json --path-as-root --no-gitignore',
		);
		expect(cwd).toBe(dir);
	});

	it.each([
		['RAILWAY_API_TOKEN', null, false],
		['RAILWAY_TOKEN', null, true],
		['RAILWAY_TOKEN', 'RAILWAY_TOKEN', false],
	] as const)('gets one token only, as %s', async (name, variable, confined) => {
		const { env } = await up('', variable, confined);
		const tokens = Object.entries(env).filter(([key]) => /^RAILWAY_(API_)?TOKEN$/.test(key));
		expect(tokens).toEqual([[name, 'hunter2-hunter2']]);
	});

	it('is given time, and keeps to this version, API, project and login', async () => {
		const { env } = await up();
		expect(Object.entries(env).filter(([name]) => name.startsWith('RAILWAY_'))).toEqual([
			['RAILWAY_HTTP_TIMEOUT', '3600'],
			['RAILWAY_NO_AUTO_UPDATE', '1'],
			['RAILWAY_API_TOKEN', 'hunter2-hunter2'],
		]);
		expect((await up('', null, false, { RAILWAY_HTTP_TIMEOUT: '20' })).env.RAILWAY_HTTP_TIMEOUT).toBe('20');
	});

	it('tells which deployment it made, where its version does', async () => {
		const said = (line: string) => up(`console.log(${JSON.stringify(line)}); console.log('done');`);
		expect(await said('{"deploymentId":"d-1","logsUrl":"https://railway.com/x"}')).toMatchObject({
			deploymentId: 'd-1',
		});
		for (const line of ['  Deployment: https://railway.com/x', '{"deploymentId":""}', '{"deploy', '{}'])
			expect(await said(line)).toMatchObject({ deploymentId: null });
	});

	it('that fails shows what it said, without the token', async () => {
		const failing = up(`console.log('bad token hunter2-hunter2'); process.exit(2)`);
		await expect(failing).rejects.toMatchObject({ code: 'railway-up-failed', detail: 'bad token [hidden]' });
	});
});
