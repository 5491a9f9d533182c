import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AWS_KEYS } from 'pulse-deploy-kit/container/project-keys';
import { expect, onTestFinished, test } from 'vitest';
import { deployRequest } from './deploy.ts';
import { OWN_KEYS } from './project-file.ts';

const STREAMLIT = 'FROM python:3.12-slim\nEXPOSE 8501\nCMD ["streamlit", "run", "app.py"]\n';
const NAMED = { deploymentName: 'prod', domain: 'app.example.com' };

function request(files: Record<string, string>, flags: Record<string, unknown> = {}, env: Record<string, string> = {}) {
	const cwd = mkdtempSync(join(tmpdir(), 'pulse-aws-container-'));
	onTestFinished(() => rmSync(cwd, { recursive: true }));
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(dirname(join(cwd, name)), { recursive: true });
		writeFileSync(join(cwd, name), text);
	}
	return deployRequest({ flags, env, cwd });
}

test('a Dockerfile and nothing of Pulse is a container app; what was found is said in one line', async () => {
	const { container, docker, health, task } = await request(
		{ Dockerfile: STREAMLIT, 'app.py': 'import streamlit\n' },
		NAMED,
	);
	expect(container).toMatchObject({
		says: 'Streamlit in a Dockerfile, port 8501: a container app, pinned by tab',
		port: 8501,
		affinity: 'tab',
		healthPath: '/',
		start: null,
	});
	expect(docker.buildArgs).toEqual({ PULSE_SERVER_ADDRESS: 'https://app.example.com' });
	expect([task.desiredCount, health.minHealthyTargets]).toEqual([1, 1]);
	// The sidecar answers it.
	expect(health.path).toBe('/_pulse/health');
});

test('pulse.toml beside it says all that a flag can, a variable wins over it, and a flag over both', async () => {
	const file =
		'deployment_name = "shop"\ndomain = "shop.example.com"\nport = 1\naffinity = "session"\nhealth_path = "/well"\nstart = "node \'a b.js\'"\nregion = "eu-north-1"\nproject = "of Railway"\n';
	const files = { Dockerfile: 'FROM node\n', 'pulse.toml': file };
	expect(await request(files)).toMatchObject({
		deploymentName: 'shop',
		domain: 'shop.example.com',
		health: { pagePath: '/well' },
		container: { port: 1, affinity: 'session', healthPath: '/well', start: ['node', 'a b.js'] },
		at: { region: 'eu-north-1' },
	});
	const env = { PULSE_AWS_PORT: '2', PULSE_AWS_AFFINITY: 'tab', PULSE_AWS_SIDECAR_IMAGE: 'mirror/edge:1' };
	expect((await request(files, {}, env)).container).toMatchObject({
		port: 2,
		affinity: 'tab',
		sidecarImage: 'mirror/edge:1',
	});
	expect((await request(files, { port: '3' }, env)).container).toMatchObject({ port: 3 });
});

test('the file of a branch changes nothing that its preview shares with the active version; what is typed with it does (A8.5)', async () => {
	const said = 'nat = "none"\nidle_timeout = 120\nnotify = "https://elsewhere.example/s"\nnotify_kept = "1h"\n';
	const files = { Dockerfile: 'FROM node\nEXPOSE 80\n', 'pulse.toml': said };
	const { network, notify } = await request(files, { ...NAMED, preview: 'pr-12' });
	expect([network.nat, network.idleTimeoutSeconds, notify]).toEqual([null, null, null]);
	const active = await request(files, NAMED);
	expect(active).toMatchObject({ network: { nat: 'none', idleTimeoutSeconds: 120 }, notify: { keptSeconds: 3600 } });
	const typed = await request(files, { ...NAMED, preview: 'pr-12', notify: 'off' });
	expect(typed.notify).toMatchObject({ notify: 'off', keptSeconds: undefined });
});

test('both tools read one pulse.toml, and know each other’s keys', () => {
	expect([...OWN_KEYS].sort()).toEqual([...AWS_KEYS].sort());
});

test('an app that mentions Pulse, or an app file that is named, is a Pulse app, of which pulse.toml says the same (C1.20)', async () => {
	const said =
		'container = true\nport = 8501\ntask_cpu = "512"\ntask_memory = "2048"\nnotify = "https://hooks.example/s"\n';
	const files = { Dockerfile: STREAMLIT, 'app.ts': '', 'pulse.toml': said };
	const named = await request(files, { ...NAMED, appFile: 'app.ts' });
	expect(named).toMatchObject({ container: null, task: { cpu: '512' }, notify: { notify: expect.anything() } });
	expect((await request(files, { ...NAMED, appFile: 'app.ts', taskCpu: '1024' })).task.cpu).toBe('1024');
	const numbers = { ...files, 'pulse.toml': said.replaceAll('"512"', '512').replaceAll('"2048"', '2048') };
	expect((await request(numbers, { ...NAMED, appFile: 'app.ts' })).task).toEqual(named.task);
	await expect(request({ ...files, 'pulse.toml': 'nonsense' }, { ...NAMED, appFile: 'app.ts' })).rejects.toThrow();
	const pulse = { Dockerfile: STREAMLIT, 'main.py': 'import pulse as ps\n', 'web/index.html': '' };
	expect(await request(pulse, NAMED)).toMatchObject({
		container: null,
		docker: { buildArgs: { APP_FILE: 'main.py' } },
	});
	expect((await request(pulse, { ...NAMED, container: true })).container).toMatchObject({ port: 8501 });
});

test('which kind it is was said by a flag, a variable, pulse.toml or an app file, or only found', async () => {
	const found = { Dockerfile: STREAMLIT, 'app.py': 'import streamlit\n', 'web/index.html': '' };
	const said = async (files: Record<string, string>, flags: object = {}, env: Record<string, string> = {}) =>
		(await request({ ...found, ...files }, { ...NAMED, ...flags }, env)).kindIsSaid;
	expect(await said({})).toBe(false);
	expect(await said({ 'main.py': 'import pulse as ps\n' })).toBe(false);
	expect(await said({}, { container: true })).toBe(true);
	expect(await said({}, {}, { PULSE_AWS_CONTAINER: 'true' })).toBe(true);
	expect(await said({ 'pulse.toml': 'container = true\n' })).toBe(true);
	expect(await said({ 'main.py': '', 'pulse.toml': 'container = false\n' })).toBe(true);
	expect(await said({}, { appFile: 'app.py' })).toBe(true);
});

test.each([
	['a port of a Pulse app', { port: '1', appFile: 'app.ts' }, '--port is for container apps'],
	['a health check of the load balancer', { healthCheckPath: '/well' }, '--health-check-path is for Pulse apps'],
	['the variable that says the port', { taskEnv: ['PORT=1'] }, '--task-env may not set PORT'],
	['the id of the deployment', { secret: ['PULSE_DEPLOYMENT_ID=arn:aws:ssm:a:1:parameter/x'] }, '--secret may not set'],
])('%s is refused, before anything is asked of AWS', async (_, flags, message) => {
	const given = request({ Dockerfile: STREAMLIT, 'app.ts': '' }, { ...NAMED, ...flags });
	await expect(given).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
});
