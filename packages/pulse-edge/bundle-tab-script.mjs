import { bundle } from '../pulse-tab/bundle.mjs';

/** The scripts of container apps' pages and workers (contract C1.5, C1.12), for every browser of the last years. */
const root = new URL('.', import.meta.url).pathname;
await bundle({
	entries: { 'tab-script': 'pulse-tab/tab', 'worker-script': 'pulse-tab/worker' },
	outdir: `${root}dist`,
	format: 'iife',
	target: 'es2020',
	root,
});
