import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { deployRequest } from '../commands/deploy-request.ts';

const STARTS = "require('node:http').createServer(() => {}).listen(process.env.PORT);\n";
const PULSE = 'export const app = { [Symbol.for("pulse.app")]: true, plugins: [] };\n';

async function found(files: Record<string, string>, flags: Record<string, unknown> = {}) {
	const dir = await mkdtemp(join(tmpdir(), 'pulse-find-'));
	onTestFinished(() => rm(dir, { recursive: true, force: true }));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(dir, name)), { recursive: true });
		await writeFile(join(dir, name), text);
	}
	const { signal } = new AbortController();
	const request = deployRequest({ cwd: dir, flags, args: [], env: { PATH: process.env.PATH }, signal } as never);
	return request.then(
		({ app }) => (app.language === 'container' ? app.says : 'a Pulse app'),
		({ message, next }: { message: string; next?: string }) => `${message.replaceAll(dir, '')} → ${next}`,
	);
}

it('a Dockerfile and nothing of Pulse is a container app, and none of its code is run to find that out', async () => {
	const marks = 'open(__file__ + ".ran", "w"); import streamlit\n';
	const streamlit = 'FROM python:3.12-slim\nCOPY . .\nEXPOSE 8501/tcp\nCMD ["streamlit", "run", "main.py"]\n';
	expect(await found({ 'main.py': marks, Dockerfile: streamlit })).toBe(
		'Streamlit in a Dockerfile, port 8501: a container app, pinned by tab',
	);
	expect(await found({ 'src/index.js': STARTS, Dockerfile: 'FROM node\nARG P=8080\nEXPOSE $P\n' })).toBe(
		'An app in a Dockerfile, port 8080: a container app, pinned by tab',
	);
});

it('the framework is known by its command, or by what is asked for of packages', async () => {
	const of = async (name: string, text: string) =>
		(await found({ [name]: text, Dockerfile: 'FROM scratch\n' }, { port: '80' })).split(' in ')[0];
	expect(await of('requirements.txt', 'fastapi-users==1\nnicegui>=2,<3\n')).toBe('NiceGUI');
	expect(await of('requirements.txt', 'FastAPI[standard]==0.1\n')).toBe('FastAPI');
	expect(await of('pyproject.toml', '[project]\ndependencies = ["gradio>=5"]\n')).toBe('Gradio');
	expect(await of('package.json', '{"dependencies":{"next":"16.0.0"}}')).toBe('Next.js');
	expect(await of('package.json', '{"dependencies":{"next-auth":"5","express":"5"}}')).toBe('Express');
});

it('where something mentions Pulse the app file is asked, as ever', async () => {
	const dockerfile = { Dockerfile: 'FROM node\nEXPOSE 3000\n' };
	expect(await found({ 'app.js': PULSE, ...dockerfile })).toMatch(/^RailwayPlugin not found on app/);
	expect(await found({ 'app.js': "const { App } = require('./pulse-app.js');\n", ...dockerfile })).toMatch(
		/^The app file \/app.js could not be loaded\..*--container\.$/,
	);
	expect(await found({ 'app.js': '// was: pulse-app\n', ...dockerfile })).toMatch(
		/^No Pulse app in \/app.js.*--container\.$/,
	);
	expect(await found({ 'app.js': '// was: pulse-app\n', ...dockerfile }, { container: true })).toContain(
		'a container app',
	);
});

it('without a Dockerfile the errors are the same, and say that one would make it a container app', async () => {
	expect(await found({ 'main.js': STARTS })).toMatch(
		/^App file not found: main.py → .*With a Dockerfile that starts it/,
	);
	expect(await found({ 'app.js': 'export default 1;' })).toMatch(/^No Pulse app in \/app.js.*With a Dockerfile/);
	expect(await found({ 'app.js': STARTS }, { container: true })).toMatch(/^Dockerfile not found: Dockerfile/);
});

it('an app file that is named must be there', async () => {
	expect(await found({ Dockerfile: 'FROM node\nEXPOSE 3000\n' }, { appFile: 'gone.ts' })).toMatch(
		/^App file not found: gone.ts/,
	);
});
