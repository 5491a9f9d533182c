import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { createJiti, type JitiOptions, type JSXOptions, type TransformOptions } from 'jiti';

/** In the order in which an import without one is looked for. */
const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.tsx', '.jsx', '.mts', '.cts'];
const CLASSIC: JSXOptions = { runtime: 'classic' };

/**
 * Imports a TypeScript or JavaScript file as the TypeScript compiler and Node would together: JSX and `paths` as its
 * tsconfig says, links resolved first, so that a linked file finds what stands beside the real one. The packages that run
 * and deploy apps each have this file, word for word, because neither may depend on the other. `onFile`
 * hears of each file that is compiled.
 */
export async function importFile(
	file: string,
	options: JitiOptions,
	onFile: (path: string) => void = () => {},
): Promise<Record<string, unknown>> {
	const path = realpathSync(file);
	const { getTsconfig } = await import('get-tsconfig');
	const { compilerOptions = {} } = getTsconfig(dirname(path))?.config ?? {};
	const { jsx, jsxImportSource, jsxFactory, jsxFragmentFactory } = compilerOptions;
	const react: JSXOptions =
		jsx?.toLowerCase() === 'react'
			? { ...CLASSIC, pragma: jsxFactory ?? 'React.createElement', pragmaFrag: jsxFragmentFactory ?? 'React.Fragment' }
			: { runtime: 'automatic', importSource: jsxImportSource ?? 'react' };
	const plain = createJiti(path);
	const jiti = createJiti(path, {
		extensions: EXTENSIONS,
		tsconfigPaths: true,
		jsx: react,
		transform: (parts: TransformOptions) => {
			onFile(parts.filename ?? path);
			const isJsx = /\.[cm]?[jt]sx$/.test(parts.filename ?? '');
			return { code: plain.transform(isJsx ? withPragmas(parts, react) : { ...parts, jsx: false }) };
		},
		// The cache knows a file by its text alone, and the same text means something else with another factory.
		...(jsx === undefined && jsxImportSource === undefined ? {} : { fsCache: false }),
		...options,
	});
	return jiti.import<Record<string, unknown>>(path);
}

/** A file that names its own factory is not of the automatic kind; Babel refuses to guess. */
function withPragmas(parts: TransformOptions, jsx: JSXOptions): TransformOptions {
	return { ...parts, jsx: /@jsx(Frag)?\s/.test(parts.source) ? CLASSIC : jsx };
}
