import { build } from 'esbuild';

/** The scripts of container apps' pages and workers (contract C1.5, C1.12), for every browser of the last years. */
for (const [entry, file] of [
	['tab', 'tab-script'],
	['worker', 'worker-script'],
]) {
	await build({
		entryPoints: [new URL(`src/tab-script/${entry}.ts`, import.meta.url).pathname],
		outfile: new URL(`dist/${file}.js`, import.meta.url).pathname,
		bundle: true,
		minify: true,
		format: 'iife',
		target: 'es2020',
		legalComments: 'none',
	});
}
