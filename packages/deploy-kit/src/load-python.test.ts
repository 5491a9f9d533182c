import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadApp } from './load-app.ts';
import { pythonLoader } from './load-python.ts';

const python = spawnSync('python3', ['--version']).status === 0;
const signal = new AbortController().signal;
let dir: string;

/** Classes of the names and shape that the Python framework has. */
const PULSE = `
import os
import pathlib
class Config:
    def __init__(self, web_dir): self.web_dir = web_dir
    @property
    def web_root(self): return pathlib.Path(os.environ["PULSE_APP_FILE"]).parent / self.web_dir
class Codegen:
    def __init__(self, web_dir): self.cfg = Config(web_dir)
class App:
    def __init__(self, plugins=(), session_store=None, server_address=None, web_dir="web"):
        self.plugins, self.session_store = list(plugins), session_store
        self.server_address, self.codegen = server_address, Codegen(web_dir)
class Plugin:
    priority = 0
class RailwayPlugin(Plugin):
    priority = 100
    def __init__(self, **options):
        self.__dict__.update({"deployment_name": None, "service_prefix": None, **options})
    @property
    def app(self): raise RuntimeError("not attached")
class RailwaySessionStore: pass
class Mine(RailwaySessionStore): pass
`;

beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'load-python-'));
	await writeFile(join(dir, 'pulse_like.py'), PULSE);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function load(name: string, source: string) {
	const file = join(dir, name);
	await writeFile(file, `from pulse_like import *\nimport os\n${source}`);
	return loadApp(file, signal, [pythonLoader({ PATH: process.env.PATH, FROM_OUTSIDE: 'yes' })]);
}

// Without Python there is no app to read.
describe.skipIf(!python)('a Python app file (python3 not found: install Python)', () => {
	it('gives plugin options in camel case, and the kind of session store', async () => {
		const app = await load(
			'main.py',
			`print("noise")\napp = App([Plugin(), RailwayPlugin(deployment_name="shop", service_prefix="s", secret=object())], Mine())\nprint("__not_this__")`,
		);
		expect(app).toMatchObject({
			language: 'python',
			plugins: [{ name: 'railway', options: { deploymentName: 'shop', servicePrefix: 's', priority: 100 } }],
			sessionStore: 'railway',
		});
		expect(app.plugins[0]?.options).not.toHaveProperty('secret');
	});

	it('runs with PULSE_ENV=ci and the environment it was given, and not as the main program', async () => {
		const app = await load(
			'env.py',
			`app = App([RailwayPlugin(deployment_name=os.environ["PULSE_ENV"] + os.environ["FROM_OUTSIDE"])])\nif __name__ == "__main__": raise SystemExit("started")`,
		);
		expect(app.plugins[0]?.options.deploymentName).toBe('ciyes');
	});

	it('says its own address and web root, which are properties (R7.4)', async () => {
		const app = await load('own.py', 'app = App(server_address="https://shop.example", web_dir="frontend")');
		expect(app).toMatchObject({ serverAddress: 'https://shop.example', webRoot: join(dir, 'frontend') });
		expect(await load('silent.py', 'app = App()')).toMatchObject({ serverAddress: null, webRoot: join(dir, 'web') });
	});

	it('that fails shows its own traceback', async () => {
		await expect(load('broken.py', 'raise ValueError("no database")')).rejects.toMatchObject({
			code: 'app-failed',
			detail: expect.stringContaining('ValueError: no database'),
		});
	});

	it('without an app is named', async () => {
		await expect(load('empty.py', 'x = 1')).rejects.toThrow(/No Pulse app in .*empty\.py/);
	});
});
