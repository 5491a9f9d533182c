import { build } from 'esbuild';

const at = (/** @type {string} */ path) => new URL(path, import.meta.url).pathname;

/**
 * `doctor` holds documents against a schema by graphql-js, and nothing else here needs it: what it takes of that stands in the
 * built file, so that apps which import the plugin do not carry the package.
 */
await build({
	entryPoints: [at('src/platform/schema/graphql-js.ts')],
	outfile: at('dist/platform/schema/graphql-js.js'),
	bundle: true,
	minifySyntax: true,
	minifyWhitespace: true,
	platform: 'node',
	mainFields: ['module', 'main'],
	target: 'node20.19',
	format: 'esm',
	banner: { js: '/*! graphql-js, (c) GraphQL Contributors, MIT licence: https://github.com/graphql/graphql-js */' },
	legalComments: 'none',
});
