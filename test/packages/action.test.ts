import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appFolder } from '../../packages/pulse-railway/src/cli/testing/app-folder.ts';
import { initShop, startPlatform } from '../../packages/pulse-railway/src/cli/testing/shop.ts';
import type { LocalPlatform } from '../../packages/pulse-railway/src/local.ts';
import { ROOT } from '../repository/source-files.ts';

/** The script that `action.yml` runs, with the variables that it sets, against a local platform and a stand-in for GitHub's comments. */
let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let github: Awaited<ReturnType<typeof startGitHub>>;
let scratch: string;

beforeAll(async () => {
	app = await appFolder();
	scratch = await mkdtemp(join(tmpdir(), 'pulse-action-'));
	({ platform, env } = await startPlatform(app.dir));
	await initShop(app.dir, env);
	github = await startGitHub();
}, 120_000);
afterAll(async () => {
	await platform?.close();
	github?.server.close();
	await app?.dispose();
	await rm(scratch, { recursive: true, force: true });
}, 60_000);

interface Comment {
	readonly id: number;
	readonly user: { readonly type: string };
	body: string;
}

/** Answers pages of a hundred, and fails the first request of each kind once. */
async function startGitHub() {
	const comments: Comment[] = Array.from({ length: 130 }, (_, id) => ({
		id,
		user: { type: 'User' },
		body: `hello ${id}`,
	}));
	const tokens = new Set<string>();
	const failed = new Set<string>();
	const server: Server = createServer(async (request, response) => {
		tokens.add(request.headers.authorization ?? '');
		const url = new URL(request.url ?? '', 'http://github');
		let text = '';
		for await (const piece of request) text += piece;
		const answer = (status: number, value: unknown) => {
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
		};
		if (request.method !== 'POST' && !failed.has(request.method ?? '')) {
			failed.add(request.method ?? '');
			return answer(502, {});
		}
		if (request.method === 'GET') {
			const page = Number(url.searchParams.get('page'));
			return answer(200, comments.slice((page - 1) * 100, page * 100));
		}
		const { body } = JSON.parse(text) as { body: string };
		if (request.method === 'POST') {
			comments.push({ id: comments.length, user: { type: 'Bot' }, body });
			return answer(201, comments.at(-1));
		}
		const one = comments.find(({ id }) => url.pathname.endsWith(`/issues/comments/${id}`));
		if (one !== undefined) one.body = body;
		return answer(one === undefined ? 404 : 200, one ?? {});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return { server, comments, tokens, api: `http://127.0.0.1:${port}` };
}

let runs = 0;
async function action(inputs: Record<string, string>, more: Record<string, string> = {}, cwd = app.dir) {
	const files = join(scratch, String(runs++));
	await writeFile(`${files}.json`, JSON.stringify({ pull_request: { number: 12, head: { sha: 'c0ffee'.repeat(7) } } }));
	await Promise.all(['out', 'summary'].map((name) => writeFile(`${files}.${name}`, '')));
	const child = spawn(process.execPath, [join(ROOT, 'action/run.mjs')], {
		cwd,
		env: {
			...{ PATH: process.env.PATH, HOME: app.dir, CI: 'true', ...env },
			...{ GITHUB_API_URL: github.api, GITHUB_REPOSITORY: 'acme/shop', GITHUB_JOB: 'preview', GITHUB_RUN_ID: '7' },
			...{ GITHUB_EVENT_PATH: `${files}.json`, GITHUB_OUTPUT: `${files}.out`, GITHUB_STEP_SUMMARY: `${files}.summary` },
			...{ PULSE_ACTION_TOKEN: 'ghs_secret', ...more },
			...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`PULSE_ACTION_${name}`, value])),
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let log = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (log += piece));
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	const output = Object.fromEntries(
		(await readFile(`${files}.out`, 'utf8'))
			.split('\n')
			.flatMap((line) => (line === '' ? [] : [line.split(/=(.*)/s).slice(0, 2)])),
	) as Record<string, string>;
	return { code, log, output };
}
const own = () => github.comments.filter(({ user }) => user.type === 'Bot').map(({ body }) => body);

it('deploys, then a preview, and tells the pull request of plan and address in one comment that is kept current', async () => {
	const deployed = await action({ COMMAND: 'deploy', COMMENT: 'false' });
	expect(deployed.code, deployed.log).toBe(0);
	expect(own()).toEqual([]);
	const first = await action({ PREVIEW: 'pr-12' });
	expect(first.code, first.log).toBe(0);
	const { address = '', 'deployment-id': id = '' } = first.output;
	expect(address).toMatch(new RegExp(`^http://.*\\?pulse_deployment=${id}$`));
	expect(await (await fetch(address)).text()).toContain(id);
	expect(own()).toHaveLength(1);
	expect(own()[0]).toContain(`The preview is ready: ${address}`);
	expect(own()[0]).toMatch(/^<!-- pulse-deploy railway preview -->\n\n.*of c0ffeec0ffee/);
	expect(own()[0]).toContain('Make ');

	const second = await action({ PREVIEW: 'pr-12' });
	expect(second.code, second.log).toBe(0);
	expect(own()).toHaveLength(1);
	expect(own()[0]).toContain(second.output.address);
	expect([...github.tokens]).toEqual(['Bearer ghs_secret']);
	expect(first.log + second.log).not.toContain('ghs_secret');
}, 240_000);

it('rolls back to the version before', async () => {
	const next = await action({ ARGUMENTS: '--env=GREETING=two' });
	expect(next.code, next.log).toBe(0);
	const back = await action({ COMMAND: 'rollback' });
	expect(back.code, back.log).toBe(0);
	expect(back.output['deployment-id']).not.toBe(next.output['deployment-id']);
	expect(own().at(-1)).toContain(`Rolled back to ${back.output['deployment-id']}`);
}, 180_000);

it('ends as the command does, and says in the comment what failed, as it stands', async () => {
	const failed = await action({ ARGUMENTS: '--dockerfile=```@everyone' });
	expect(failed.code).not.toBe(0);
	expect(failed.log).toMatch(/^::error::/m);
	expect(own().at(-1)).toContain('The deploy failed');
	expect(own().at(-1)).toMatch(/^````text$/m);
}, 60_000);

it('a comment that cannot be written fails no deploy, and no input becomes another argument', async () => {
	const quiet = await action({ COMMAND: 'rollback' }, { GITHUB_API_URL: 'http://api.example.com' });
	expect(quiet.log).toContain('::warning::The pull request was not told');
	for (const [inputs, message] of [
		[{ VERSION: '1 && id' }, 'version must be'],
		[{ COMMAND: 'teardown' }, 'command must be'],
		[{ COMMAND: 'rollback', DEPLOYMENT_ID: '--yes' }, 'deployment-id cannot be'],
	] as const) {
		const refused = await action(inputs);
		expect([refused.code, refused.log]).toEqual([1, expect.stringContaining(message)]);
	}
}, 60_000);

it('action.yml sets the variables that the script reads, and no input reaches a shell as text', () => {
	const metadata = readFileSync(join(ROOT, 'action.yml'), 'utf8');
	const set = [...metadata.matchAll(/PULSE_ACTION_(\w+): \$\{\{ inputs\./g)].map(([, name]) => name).sort();
	const read = [...readFileSync(join(ROOT, 'action/inputs.mjs'), 'utf8').matchAll(/said\('(\w+)'\)/g)].map(
		([, name]) => name,
	);
	expect(set).toEqual([...new Set(read)].sort());
	expect(metadata.slice(metadata.indexOf('run: exec'))).not.toContain('${{');
});

it('a run that a later one takes the place of ends well, says so, and leaves the comment to that one', async () => {
	const folder = await mkdtemp(join(scratch, 'superseded-'));
	await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
	// Ends as the tool does; that it does so is tested beside it.
	const error = { code: 'superseded', message: 'two, which was started after one, takes its place' };
	const script = `#!/bin/sh\necho "$*" >> asked\ncase "$*" in *--dry-run*) echo '{"plan":{"steps":[]}}';; *) echo '${JSON.stringify({ error })}'; exit 75;; esac\n`;
	await writeFile(join(folder, 'node_modules/.bin/pulse-railway'), script, { mode: 0o755 });
	const before = own().length;
	const { code, log, output } = await action({ SUPERSEDE: 'true', COMMENT: 'false' }, {}, folder);
	expect([code, output, own().length]).toEqual([0, { superseded: 'true' }, before]);
	expect(log).toContain(`::notice::${error.message}`);
	expect(log).not.toContain('::error::');
	expect((await readFile(join(folder, 'asked'), 'utf8')).split('\n').slice(0, 2)).toEqual([
		'deploy --supersede --dry-run --json',
		'deploy --supersede --yes --json',
	]);
	for (const wrong of [{ SUPERSEDE: 'yes' }, { SUPERSEDE: 'true', COMMAND: 'rollback' }]) {
		const refused = await action(wrong, {}, folder);
		expect([refused.code, refused.log]).toEqual([1, expect.stringContaining('::error::supersede ')]);
	}
});

it('the workflow to copy runs other people’s actions at one commit, and gives its token to no stranger', () => {
	const text = readFileSync(join(ROOT, 'docs/github-workflow.yml'), 'utf8');
	const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
	expect(used.filter((one) => !/^(erwinkn\/pulse-deploy@|[\w-]+\/[\w-]+@[0-9a-f]{40}$)/.test(one ?? ''))).toEqual([]);
	expect(text).not.toMatch(/^ {2}pull_request_target/m);
	expect(text.match(/persist-credentials: false/g)?.length).toBe(text.match(/actions\/checkout@/g)?.length);
});

it('the workflow to copy deploys pushes to a branch in their order, whichever runner comes first, and a rollback waits for none', () => {
	const text = readFileSync(join(ROOT, 'docs/github-workflow.yml'), 'utf8');
	const [, group = ''] = /group: deploy-\$\{\{ (.*) \}\}/.exec(text) ?? [];
	// GitHub's operators on these are those of JavaScript, but that it knows no key as missing.
	const of = new Function('github', `return ${group}`) as (github: object) => unknown;
	const main = { ref: 'refs/heads/main', event: { pull_request: {} } };
	const push = (run_id: number) => of({ ...main, event_name: 'push', run_id });
	expect([push(1), push(2)]).toEqual([main.ref, main.ref]);
	expect(of({ ...main, event_name: 'workflow_dispatch', run_id: 3 })).toBe(3);
	const preview = { event_name: 'pull_request', run_id: 4, ref: 'refs/pull/7/merge' };
	expect(of({ ...preview, event: { pull_request: { number: 7 } } })).toBe(7);
	expect(text).not.toContain('supersede');
});
