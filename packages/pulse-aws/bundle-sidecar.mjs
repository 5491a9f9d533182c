import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

const at = (/** @type {string} */ path) => new URL(path, import.meta.url).pathname;
const image = at('dist/sidecar-image/');
const { version } = createRequire(import.meta.url)('./package.json');

/**
 * All that the sidecar's image holds beside Node: a megabyte in place of sixty, because every task of a container app pulls
 * it. The SDK is a chunk of its own, loaded when visitors are served already. Its files lie as deep as they do in their
 * packages: they find the version and the tab script by that.
 */
await rm(image, { recursive: true, force: true });
await build({
	entryPoints: [at('src/sidecar/bin.ts')],
	outdir: `${image}lib/sidecar`,
	bundle: true,
	splitting: true,
	// Names stay, for the stacks in a log.
	minifySyntax: true,
	minifyWhitespace: true,
	platform: 'node',
	// The SDK's modules: what its CommonJS form exports is not seen by who imports it.
	mainFields: ['module', 'main'],
	target: 'node20.19',
	format: 'esm',
	banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
	legalComments: 'none',
});
await mkdir(`${image}dist`, { recursive: true });
for (const script of ['tab-script.js', 'worker-script.js'])
	await copyFile(at(`../pulse-edge/dist/${script}`), `${image}dist/${script}`);
await writeFile(`${image}package.json`, `${JSON.stringify({ name: 'pulse-aws-sidecar', version, type: 'module' })}\n`);
