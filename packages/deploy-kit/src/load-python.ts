import { stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { DeployToolError, usageError } from './errors.ts';
import type { AppLoader, LoadedApp } from './load-app.ts';
import { runProcess } from './run-process.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Before the answer, because the app may print as well. */
const MARK = '__pulse_app__:';

/**
 * Runs the file as a module that is not `__main__`, finds the App by its class name, and prints plugin options: those of
 * the documented names that are plain text, numbers or truth values. The app's own address and web root are properties,
 * anchored where `PULSE_APP_FILE` says.
 */
const READER = `
import importlib.util, json, os, sys
path = sys.argv[1]
os.environ["PULSE_APP_FILE"] = path
sys.path.insert(0, os.path.dirname(path))
spec = importlib.util.spec_from_file_location("pulse_deploy_app", path)
module = importlib.util.module_from_spec(spec)
sys.modules["pulse_deploy_app"] = module
spec.loader.exec_module(module)
def kinds(value): return {c.__name__ for c in type(value).__mro__}
named = getattr(module, "app", None)
found = [v for v in [named, *vars(module).values()] if v is not None and "App" in kinds(v) and hasattr(v, "plugins")]
if not found: sys.exit(3)
app = found[0]
NAMES = {"RailwayPlugin": "railway", "AWSECSPlugin": "aws-ecs"}
def options(plugin):
    names = {n for n in dir(plugin) if not n.startswith("_")}
    values = {n: getattr(plugin, n, None) for n in names if not isinstance(getattr(type(plugin), n, None), property)}
    return {n: v for n, v in values.items() if isinstance(v, (str, int, float, bool))}
plugins = [{"name": NAMES[k], "options": options(p)} for p in app.plugins for k in kinds(p) if k in NAMES]
address = getattr(app, "server_address", None)
web_root = getattr(getattr(getattr(app, "codegen", None), "cfg", None), "web_root", None)
store = getattr(app, "session_store", None)
railway = any(k in ("RailwaySessionStore", "RailwayRedisSessionStore") for k in (kinds(store) if store is not None else ()))
print("\\n" + ${JSON.stringify(MARK)} + json.dumps({
    "plugins": plugins,
    "sessionStore": "railway" if railway else None,
    "serverAddress": address if isinstance(address, str) and address else None,
    "webRoot": os.path.abspath(web_root) if isinstance(web_root, (str, os.PathLike)) else None,
}))
`;

/** Reads Python Pulse apps with the app's own interpreter: `uv run`, its virtual environment, or `python3`. */
export function pythonLoader(env: Environment): AppLoader {
	return {
		extensions: ['.py'],
		async load(file, signal) {
			const [command = 'python3', ...args] = await interpreter(dirname(file), env);
			const { exitCode, stdout, stderr } = await runProcess({
				command,
				args: [...args, '-c', READER, file],
				cwd: dirname(file),
				env: { ...env, PULSE_ENV: 'ci' },
				signal,
			});
			if (exitCode === 3) throw usageError(`No Pulse app in ${file}.`, 'Create it at module level: app = ps.App(...)');
			const answer = stdout.split('\n').findLast((line) => line.startsWith(MARK));
			if (exitCode !== 0 || answer === undefined) throw failed(file, stderr);
			return appOf(file, JSON.parse(answer.slice(MARK.length)));
		},
	};
}

interface Answer {
	readonly plugins: readonly { readonly name: string; readonly options: Readonly<Record<string, unknown>> }[];
	readonly sessionStore: string | null;
	readonly serverAddress: string | null;
	readonly webRoot: string | null;
}

function appOf(file: string, { plugins, ...app }: Answer): LoadedApp {
	return {
		file,
		language: 'python',
		plugins: plugins.map(({ name, options }) => ({
			name,
			options: Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value])),
		})),
		...app,
	};
}

function failed(file: string, stderr: string): DeployToolError {
	return new DeployToolError('app-failed', `The app file ${file} could not be loaded.`, {
		fault: 'app',
		detail: stderr.trimEnd().split('\n').slice(-15).join('\n'),
		next: 'Run it locally first. Its own Python is used: uv, the virtual environment beside it, or python3.',
	});
}

/** Program and its first arguments. */
async function interpreter(directory: string, env: Environment): Promise<readonly string[]> {
	const folders = ancestors(directory);
	const project = await firstExisting(
		folders.flatMap((folder) => [join(folder, 'uv.lock'), join(folder, 'pyproject.toml')]),
	);
	if (project !== undefined && (await onPath('uv', env))) return ['uv', 'run', '--quiet', 'python'];
	const own = await firstExisting([
		...folders.map((folder) => join(folder, '.venv', 'bin', 'python')),
		...(env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, 'bin', 'python')] : []),
	]);
	return [own ?? 'python3'];
}

function ancestors(directory: string): readonly string[] {
	const parent = dirname(directory);
	return parent === directory ? [directory] : [directory, ...ancestors(parent)];
}

async function onPath(program: string, env: Environment): Promise<boolean> {
	const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
	return (await firstExisting(folders.map((folder) => join(folder, program)))) !== undefined;
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
	for (const path of paths) if (await stat(path).catch(() => null)) return path;
	return undefined;
}

function camelCase(name: string): string {
	return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
