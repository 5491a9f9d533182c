import { build } from 'esbuild';

/** The script of container apps' pages (contract C1.5), for every browser of the last years. */
await build({
	entryPoints: [new URL('src/tab-script/tab.ts', import.meta.url).pathname],
	outfile: new URL('dist/tab-script.js', import.meta.url).pathname,
	bundle: true,
	minify: true,
	format: 'iife',
	target: 'es2020',
	legalComments: 'none',
});
