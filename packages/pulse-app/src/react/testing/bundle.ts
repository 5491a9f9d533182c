import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FORMER = fileURLToPath(new URL('../../../../../test/support/react-18/node_modules', import.meta.url));

/** Majors of React that the hooks are for. */
export const REACTS = [
	{ major: 19, alias: {} },
	{ major: 18, alias: { react: `${FORMER}/react`, 'react-dom': `${FORMER}/react-dom` } },
] as const;

export type ReactMajor = (typeof REACTS)[number];

/** The tests' page with one of the two, as a bundler of an app makes it; in development, where StrictMode runs effects twice. */
export async function bundlePage(entry: 'browser-page' | 'server-page', { alias }: ReactMajor): Promise<string> {
	const { outputFiles } = await build({
		entryPoints: [fileURLToPath(new URL(`./${entry}.ts`, import.meta.url))],
		bundle: true,
		write: false,
		format: 'esm',
		alias,
		define: { 'process.env.NODE_ENV': '"development"' },
		...(entry === 'server-page'
			? {
					platform: 'node',
					banner: {
						js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
					},
				}
			: { platform: 'browser' }),
	});
	return outputFiles[0]?.text ?? '';
}
