import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export interface SourceFile {
	/** Relative to the repository, with `/`. */
	readonly path: string;
	/** `pulse-railway`, … */
	readonly package: string;
	/** Relative to the package's `src`. */
	readonly inner: string;
	readonly lines: number;
	readonly imports: readonly Import[];
	/** Declared here; what is passed on from another file is not among them. */
	readonly exports: readonly string[];
	/** `await`, `process.env`, `fetch()`, `Date.now`, … as used in code, never in comments or strings. */
	readonly uses: ReadonlySet<string>;
}

export interface Import {
	readonly specifier: string;
	/** Repository path where the import is relative, else `null`. */
	readonly target: string | null;
	readonly typeOnly: boolean;
	readonly dynamic: boolean;
}

/** Sources of every package: no tests, suites or test support. */
export function sourceFiles(): SourceFile[] {
	return readdirSync(join(ROOT, 'packages')).flatMap((name) => {
		const src = join(ROOT, 'packages', name, 'src');
		return readdirSync(src, { recursive: true, encoding: 'utf8' })
			.map((inner) => inner.replaceAll('\\', '/'))
			.filter(
				(inner) => inner.endsWith('.ts') && !/\.(test|suite|d)\.ts$/.test(inner) && !/(^|\/)testing\//.test(inner),
			)
			.map((inner) => read(name, inner, join(src, inner)));
	});
}

function read(packageName: string, inner: string, file: string): SourceFile {
	const text = readFileSync(file, 'utf8');
	const { program, module } = parseSync(file, text);
	const target = (specifier: string) =>
		specifier.startsWith('.') ? relative(ROOT, resolve(dirname(file), specifier)).replaceAll('\\', '/') : null;
	const imports: Import[] = [];
	for (const node of module.staticImports) {
		const specifier = node.moduleRequest.value;
		const typeOnly = node.entries.length > 0 && node.entries.every((entry) => entry.isType);
		imports.push({ specifier, target: target(specifier), typeOnly, dynamic: false });
	}
	for (const node of module.staticExports.flatMap((statement) => statement.entries)) {
		if (!node.moduleRequest) continue;
		const specifier = node.moduleRequest.value;
		imports.push({ specifier, target: target(specifier), typeOnly: node.isType, dynamic: false });
	}
	const exports = module.staticExports.flatMap(({ entries }) =>
		entries.flatMap(({ moduleRequest, exportName }) => (moduleRequest || !exportName.name ? [] : [exportName.name])),
	);
	const uses = new Set<string>();
	walk(program as unknown as Node, uses, (specifier) =>
		imports.push({ specifier, target: target(specifier), typeOnly: false, dynamic: true }),
	);
	const path = relative(ROOT, file).replaceAll('\\', '/');
	return { path, package: packageName, inner, lines: text.split('\n').length, imports, exports, uses };
}

type Node = { type: string; [key: string]: unknown };

function walk(node: Node, uses: Set<string>, onDynamicImport: (specifier: string) => void): void {
	if (node.type === 'AwaitExpression') uses.add('await');
	if (node.type === 'ImportExpression') {
		const source = node.source as Node;
		if (source.type === 'Literal') onDynamicImport(String(source.value));
	}
	if (node.type === 'MemberExpression') {
		const object = node.object as Node;
		const property = node.property as Node;
		if (object.type === 'Identifier') uses.add(`${String(object.name)}.${String(property.name)}`);
	}
	if (node.type === 'CallExpression' && (node.callee as Node).type === 'Identifier') {
		uses.add(`${String((node.callee as Node).name)}()`);
	}
	for (const value of Object.values(node)) {
		for (const child of Array.isArray(value) ? value : [value]) {
			if (child && typeof child === 'object' && typeof (child as Node).type === 'string') {
				walk(child as Node, uses, onDynamicImport);
			}
		}
	}
}
