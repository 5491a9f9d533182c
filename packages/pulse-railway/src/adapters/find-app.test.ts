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

it('the port is the one of the command, else of EXPOSE, else the habit of the framework', async () => {
	const at = async (lines: string, flags: Record<string, unknown> = {}) =>
		/port (.*): a container app/.exec(await found({ Dockerfile: `FROM python:3.12\n${lines}\n` }, flags))?.[1];
	expect(await at('CMD ["fastapi", "run", "app/main.py"]')).toBe('8000');
	expect(await at('CMD ["fastapi", "run", "app/main.py", "--port", "80"]')).toBe('80');
	expect(await at('ENTRYPOINT ["streamlit", "run"]\nCMD ["a.py", "--server.port=80"]')).toBe('80');
	expect(await at('CMD streamlit run a.py --server.port "8080" --server.address 0.0.0.0')).toBe('8080');
	expect(await at('CMD next start -p 4000')).toBe('4000');
	expect(await at('CMD ["gunicorn", "shop.wsgi:application", "--bind", "0.0.0.0:8080"]')).toBe('8080');
	expect(await at('CMD gunicorn -w 4 -b :8081 shop.wsgi:application 2>&1 | tee /log')).toBe('8081');
	expect(await at('CMD hypercorn --bind=[::]:8082 main:app')).toBe('8082');
	expect(await at('CMD python manage.py migrate && exec python manage.py runserver 0.0.0.0:8083')).toBe('8083');
	expect(await at('CMD ["python", "manage.py", "runserver", "8084"]')).toBe('8084');
	expect(await at('ENTRYPOINT ["tini", "--", "bash", "-lc", "uvicorn main:app --port=8085"]')).toBe('8085');
	expect(await at('ENV APP_PORT=8086\nCMD uvicorn main:app --port $APP_PORT')).toBe('8086');
	expect(await at('CMD ["serve", "-s", "dist", "-l", "8087"]')).toBe('8087');
	expect(await at('CMD HOST=0.0.0.0 PORT=8088 node server.js')).toBe('8088');
	expect(await at('CMD ["fastapi", "run", "a.py"]', { startCommand: 'fastapi run a.py --port 8089' })).toBe('8089');
});

it('a port of the command wins over EXPOSE, which is said; what is not its own port does not', async () => {
	const at = async (lines: string) =>
		/port (.*): a container app/.exec(await found({ Dockerfile: `FROM python:3.12\n${lines}\n` }))?.[1];
	expect(await at('EXPOSE 8000\nCMD ["fastapi", "run", "--port", "80"]')).toBe(
		'80 as its command says (EXPOSE says 8000)',
	);
	expect(await at('EXPOSE 80\nCMD ["fastapi", "run", "--port", "80"]')).toBe('80');
	expect(await at('EXPOSE 80 9090\nCMD ["fastapi", "run", "--port", "80"]')).toBe('80');
	expect(await at('EXPOSE 3000\nCMD redis-cli -h cache -p 6379 ping && node server.js')).toBe('3000');
	expect(await at('EXPOSE 3000\nCMD ["wait-for-it", "db:5432", "--", "node", "server.js"]')).toBe('3000');
	expect(await at('EXPOSE 3000\nCMD ["node", "--inspect=0.0.0.0:9229", "server.js"]')).toBe('3000');
	expect(await at('EXPOSE 80\nCMD uvicorn api:app --port 8000 & nginx -g "daemon off;"')).toBe('80');
	expect(await at('EXPOSE 80\nCMD ["gunicorn", "-p", "/run/pid", "a:app"]')).toBe('80');
});

it('of an app that listens where PORT says any port is right', async () => {
	const at = async (lines: string) =>
		/port (.*): a container app/.exec(await found({ Dockerfile: `FROM python:3.12\n${lines}\n` }))?.[1];
	expect(await at(`EXPOSE 9000\nCMD uvicorn main:app --port \${PORT:-8000}`)).toBe('9000');
	expect(await at('CMD fastapi run --port "$PORT"')).toBe('8000');
	expect(await at(`CMD uvicorn main:app --port \${PORT:-8765}`)).toBe('8765');
	expect(await at('CMD ["sh", "-c", "gunicorn -b 0.0.0.0:$PORT a:app"]')).toBe('8000');
	expect(await at('ENV PORT=3000\nCMD ["node", "server.js"]')).toBe('3000');
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

it('of a tree too large to read nothing is run: it is asked what it is', async () => {
	const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, at) => [`models/m${at}.py`, '']));
	const ran = "throw new Error('it ran');\n";
	const tree = { ...many, 'app.js': ran, Dockerfile: 'FROM python:3.12\nEXPOSE 8501\n' };
	expect(await found(tree)).toMatch(
		/^ holds more than 2000 source files.*--container, or container = true in pulse\.toml.*container = false/,
	);
	expect(await found(tree, { container: true })).toContain('a container app');
	const asPulse = await found({ ...tree, 'app.js': PULSE, 'pulse.toml': 'container = false\n' });
	expect(asPulse).toMatch(/^RailwayPlugin not found on app/);
	// What asks for Pulse by name needs no reading.
	const asked = { 'package.json': '{"dependencies":{"pulse-app":"1"}}' };
	expect(await found({ ...tree, ...asked })).toContain('could not be loaded');
});

it('installed packages are not the app, whatever their folder is called', async () => {
	const pulse = 'import pulse_railway\n';
	const dockerfile = { Dockerfile: 'FROM python:3.12\nEXPOSE 8501\n' };
	for (const file of ['lib/python3.12/site-packages/x.py', 'env/lib/x.py', 'conda/lib/x.py', 'target/x.py']) {
		const tree = {
			[file]: pulse,
			'env/pyvenv.cfg': '',
			'conda/conda-meta/history': '',
			'main.py': '1/0',
			...dockerfile,
		};
		expect(await found(tree), file).toContain('a container app');
	}
	// An environment that was made in the app's own folder does not hide it.
	expect(await found({ 'pyvenv.cfg': '', 'app.js': `${PULSE}// pulse-app`, ...dockerfile })).toMatch(/^RailwayPlugin/);
});

it('a manifest that asks for a package of Pulse makes it a Pulse app, one that is only called so does not', async () => {
	const of = async (name: string, text: string) =>
		(await found({ [name]: text, Dockerfile: 'FROM scratch\nEXPOSE 80\n' })).includes('a container app');
	expect(await of('requirements.txt', 'pulse-framework>=0.1 # the web\n')).toBe(false);
	expect(await of('requirements-prod.txt', 'Pulse_Railway==1\n')).toBe(false);
	expect(await of('pyproject.toml', '[project]\ndependencies = ["pulse-aws>=1"]\n')).toBe(false);
	expect(await of('package.json', '{"devDependencies":{"pulse-railway":"1"}}')).toBe(false);
	expect(await of('package.json', '{"name":"pulse-app","dependencies":{"express":"5"}}')).toBe(true);
	expect(await of('requirements.txt', '# no pulse-framework here\npulse-framework-like==1\n')).toBe(true);
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
