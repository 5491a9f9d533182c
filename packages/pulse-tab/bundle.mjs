import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { minify } from 'terser';

/**
 * Bundles for browsers: each entry with all that it needs, as small as can be, because pages wait for it. What is loaded
 * later is a file of its own beside it. `format`: `iife` for a script, `esm` for a module. `replicas`: its pages name theirs.
 *
 * @param {{ entries: Record<string, string>, outdir: string, format: 'iife' | 'esm', target: string, root: string, replicas?: boolean }} options
 */
export async function bundle({ entries, outdir, format, target, root, replicas = false }) {
	const { outputFiles } = await build({
		entryPoints: entries,
		outdir,
		absWorkingDir: root,
		bundle: true,
		splitting: format === 'esm',
		chunkNames: '[name]',
		format,
		target,
		legalComments: 'none',
		define: { HAS_REPLICAS: String(replicas) },
		write: false,
	});
	return Promise.all(
		outputFiles.map(async ({ path, text }) => {
			const { code = '' } = await minify(text, {
				module: format === 'esm',
				toplevel: true,
				ecma: 2020,
				compress: { passes: 4, unsafe_arrows: true },
				// What tells bundlers of an app to leave an import alone.
				format: { comments: /webpackIgnore|@vite-ignore/ },
			});
			// A script's strictness would be that of a worker's own, which it stands in front of.
			await writeFile(path, code.replace(/^"use strict";/, ''));
		}),
	);
}
