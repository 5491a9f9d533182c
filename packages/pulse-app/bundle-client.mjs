import { mkdir, rm } from 'node:fs/promises';
import { bundle } from '../pulse-tab/bundle.mjs';

/**
 * What runs in browsers needs nothing else: the room that it shares with the edge is in it, so that a page can import
 * `pulse-app/client` with a bundler or without one.
 */
const root = new URL('.', import.meta.url).pathname;
const outdir = `${root}dist/browser`;
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await bundle({
	entries: { index: 'src/client/index.ts', banner: 'src/client/banner.ts' },
	outdir,
	format: 'esm',
	target: 'es2022',
	root,
	replicas: true,
});
// In a page's head, before all others.
await bundle({ entries: { tab: 'pulse-tab/page' }, outdir, format: 'iife', target: 'es2020', root, replicas: true });
