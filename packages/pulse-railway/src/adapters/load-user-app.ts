import type { Invocation } from 'pulse-deploy-kit/command';
import { javascriptLoader, type LoadedApp, loadApp, solePlugin } from 'pulse-deploy-kit/load-app';
import { pythonLoader } from 'pulse-deploy-kit/load-python';

/** The app and the options of its one RailwayPlugin. */
export async function loadUserApp(
	file: string,
	{ env, signal }: Pick<Invocation, 'env' | 'signal'>,
): Promise<{ app: LoadedApp; options: Readonly<Record<string, unknown>> }> {
	const app = await loadApp(file, signal, [javascriptLoader, pythonLoader(env)]);
	return { app, options: solePlugin(app, 'railway', 'RailwayPlugin').options };
}
