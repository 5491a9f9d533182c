import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { App } from '../app.ts';
import { APP_BRAND } from '../brand.ts';
import { PulseError } from '../errors.ts';
import { watchServers } from '../server/watch-servers.ts';
import { importFile } from './import-file.ts';

/**
 * Loads a TypeScript or JavaScript file and finds the app that it exports by default or as `app`. `onFile` hears of every
 * file of the app itself, also when loading fails.
 */
export async function loadApp(file: string, cwd: string, onFile?: (path: string) => void): Promise<App> {
	const path = resolve(cwd, file);
	if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
		throw new PulseError('app-not-found', `App file not found: ${path}`, {
			next: 'Give the path of the file that exports your App, e.g. pulse run app.ts',
		});
	}
	if (path.endsWith('.py')) {
		throw new PulseError('python-app', `${path} is a Python app, and this is the runtime of TypeScript apps.`, {
			next: 'Run it with the pulse command of its own environment, e.g. uv run pulse run main.py; pulse-railway and pulse-aws deploy both',
		});
	}
	const servers = watchServers();
	const module = await importModule(path, onFile).finally(servers.stop);
	const app = [module.default, module.app, (module.default as Record<string, unknown> | undefined)?.app].find(isApp);
	if (app === undefined) {
		const [where] = servers.seen;
		if (where !== undefined) {
			throw new PulseError('starts-server', `${path} starts a server on ${where} by itself and exports no App.`, {
				next: 'Leave the listen call out and wrap what it was called on: export default new App({ listener: app }), with App imported from pulse-app. `pulse run` starts it.',
			});
		}
		throw new PulseError('no-app', `${path} exports no App.`, {
			next: 'Add: export default new App({ ... }), with App imported from pulse-app',
		});
	}
	return app;
}

async function importModule(path: string, onFile?: (path: string) => void): Promise<Record<string, unknown>> {
	try {
		// What the cache answers would not be heard of.
		return await importFile(path, onFile === undefined ? {} : { fsCache: false }, onFile);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new PulseError('app-failed-to-load', `${path} failed to load: ${reason}`, { cause });
	}
}

/** By brand: the app may have been made by another copy of this package. */
function isApp(value: unknown): value is App {
	return typeof value === 'object' && value !== null && APP_BRAND in value && 'listen' in value;
}
