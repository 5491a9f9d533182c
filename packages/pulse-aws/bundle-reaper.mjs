import { build } from 'esbuild';

/**
 * Bundles the reaper for Lambda: inline code is one CommonJS file, and the Node runtime brings the AWS SDK.
 * @param {string} outfile
 */
export async function bundleReaper(outfile) {
	await build({
		entryPoints: [new URL('src/reaper/handler.ts', import.meta.url).pathname],
		outfile,
		bundle: true,
		minify: true,
		platform: 'node',
		target: 'node24',
		format: 'cjs',
		external: ['@aws-sdk/*'],
		legalComments: 'none',
	});
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
	await bundleReaper(new URL('dist/reaper-bundle.cjs', import.meta.url).pathname);
}
