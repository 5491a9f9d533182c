import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { containApp, StartsServerError } from './contain-app.ts';
import { DeployToolError, usageError } from './errors.ts';

/** What a deploy tool reads of an app, whatever its language. */
export interface LoadedApp {
	/** Absolute path of the app file. */
	readonly file: string;
	readonly language: 'javascript' | 'python';
	readonly plugins: readonly LoadedPlugin[];
	/** Brand of the session store, e.g. `railway`; `null` for none or one without a brand. */
	readonly sessionStore: string | null;
	/** The app's own public address; only Python apps have one. */
	readonly serverAddress?: string | null;
	/** Absolute path of the web app that belongs to it; only Python apps have one. */
	readonly webRoot?: string | null;
}

export interface LoadedPlugin {
	readonly name: string;
	readonly options: Readonly<Record<string, unknown>>;
}

/** Reads apps of one language. Running its app's own code is expected; starting anything is not. */
export interface AppLoader {
	readonly extensions: readonly string[];
	load(file: string, signal: AbortSignal): Promise<LoadedApp>;
}

// The brands of pulse-app's brand.ts. By symbol registry, because tool and app may hold two copies of the package.
const APP_BRAND = Symbol.for('pulse.app');
const PLUGIN_BRAND = Symbol.for('pulse.plugin');
const SESSION_STORE_BRAND = Symbol.for('pulse.session-store');

/** For a file that is a whole program: `pulse run` says the same. */
const WRAP_IT =
	'Leave the listen call out and wrap what it was called on: export default new App({ listener: app }), with App imported from pulse-app. `pulse run` starts it.';

/** TypeScript and JavaScript, in process, with `PULSE_ENV=ci`; environment and working directory are restored. */
export const javascriptLoader: AppLoader = {
	extensions: ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.tsx', '.jsx'],
	async load(file, signal) {
		const { module, listens } = await importInCi(file, signal);
		const app = [module.default, module.app, (module.default as Record<string, unknown> | undefined)?.app].find(isApp);
		if (app === undefined) {
			if (listens !== null) {
				throw usageError(`No Pulse app in ${file}: it starts a server on ${listens} by itself.`, WRAP_IT);
			}
			throw usageError(
				`No Pulse app in ${file}.`,
				`Export it: export const app = new App({ … }), or as the default export.`,
			);
		}
		return { file, language: 'javascript', plugins: pluginsOf(app), sessionStore: sessionStoreOf(app) };
	},
};

/**
 * Loads an app file to read its plugins' options; starts nothing.
 * @throws DeployToolError `usage` when the file is missing, of an unknown kind or without an app; `app-failed` when it throws
 */
export async function loadApp(
	path: string,
	signal: AbortSignal,
	loaders: readonly AppLoader[] = [javascriptLoader],
): Promise<LoadedApp> {
	const file = resolve(path);
	const found = await stat(file).catch(() => null);
	if (found?.isFile() !== true) throw usageError(`App file not found: ${path}`, 'Name the file that creates your App.');
	const loader = loaders.find((candidate) => candidate.extensions.includes(extname(file)));
	if (loader === undefined) {
		const known = loaders.flatMap((candidate) => candidate.extensions).join(' ');
		throw usageError(`Cannot load ${path}: '${extname(file)}' is not one of ${known}.`);
	}
	return loader.load(file, signal);
}

/** The one plugin of this name. `label` is its class, for the error. */
export function solePlugin(app: LoadedApp, name: string, label: string): LoadedPlugin {
	const [first, ...more] = app.plugins.filter((plugin) => plugin.name === name);
	const next = `Add exactly one ${label} to the plugins of the app in ${app.file}.`;
	if (first === undefined) throw usageError(`${label} not found on app`, next);
	if (more.length > 0) throw usageError(`expected exactly one ${label} on app`, next);
	return first;
}

interface Imported {
	readonly module: Record<string, unknown>;
	/** Where a server of the file's own would listen. */
	readonly listens: string | null;
}

async function importInCi(file: string, signal: AbortSignal): Promise<Imported> {
	const { importFile } = await import('./import-file.ts');
	const environment = { ...process.env };
	const directory = process.cwd();
	process.env.PULSE_ENV = 'ci';
	let listens: string | null = null;
	const onListen = (where: string) => {
		listens ??= where;
	};
	try {
		// No cache on disk: a deploy must read the file as it is, and leaves nothing behind in the user's tree.
		const fresh = { fsCache: false, moduleCache: false };
		const module = await containApp(() => importFile(file, fresh), signal, { onListen });
		return { module, listens };
	} catch (cause) {
		if (signal.aborted) throw signal.reason;
		throw new DeployToolError('app-failed', `The app file ${file} could not be loaded.`, {
			fault: 'app',
			detail: cause instanceof Error ? cause.message : String(cause),
			next:
				cause instanceof StartsServerError
					? WRAP_IT
					: `Try it: npx pulse run ${file}. Loading it must start nothing and end nothing.`,
			cause,
		});
	} finally {
		for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
		Object.assign(process.env, environment);
		process.chdir(directory);
	}
}

type AppShape = { readonly plugins?: readonly unknown[]; readonly sessionStore?: unknown };

function isApp(value: unknown): value is AppShape {
	return typeof value === 'object' && value !== null && APP_BRAND in value;
}

function pluginsOf(app: AppShape): LoadedPlugin[] {
	return (app.plugins ?? [])
		.filter(
			(plugin): plugin is { name: string; options?: Readonly<Record<string, unknown>> } =>
				typeof plugin === 'object' && plugin !== null && PLUGIN_BRAND in plugin,
		)
		.map((plugin) => ({ name: plugin.name, options: { ...plugin.options } }));
}

function sessionStoreOf(app: AppShape): string | null {
	const store = app.sessionStore as { readonly [SESSION_STORE_BRAND]?: unknown } | null | undefined;
	const brand = store?.[SESSION_STORE_BRAND];
	return typeof brand === 'string' ? brand : null;
}
