import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { ROOT } from './source-files.ts';

type Node = { type: string; [key: string]: unknown };

/** The titles of all tests and suites, as they are written: `it('…')`, `describe.each(…)(`…`)`. */
export function testTitles(): string[] {
	return ['packages', 'examples', 'test'].flatMap((top) =>
		readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
			.filter((path) => /\.(test|suite)\.ts$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
			.flatMap((path) => titlesIn(join(ROOT, top, path))),
	);
}

function titlesIn(file: string): string[] {
	const titles: string[] = [];
	const visit = (node: Node) => {
		if (node.type === 'CallExpression' && /^(it|test|describe)$/.test(rootName(node.callee as Node))) {
			const [first] = node.arguments as Node[];
			if (first?.type === 'Literal' && typeof first.value === 'string') titles.push(first.value);
			if (first?.type === 'TemplateLiteral') {
				titles.push((first.quasis as { value: { raw: string } }[]).map(({ value }) => value.raw).join('…'));
			}
		}
		for (const value of Object.values(node)) {
			for (const child of Array.isArray(value) ? value : [value]) {
				if (child && typeof child === 'object' && typeof (child as Node).type === 'string') visit(child as Node);
			}
		}
	};
	visit(parseSync(file, readFileSync(file, 'utf8')).program as unknown as Node);
	return titles;
}

/** `it` of `it`, `it.each`, `it.each(…)` and `it.skipIf(…)`. */
function rootName(callee: Node): string {
	if (callee.type === 'Identifier') return String(callee.name);
	const inner = callee.type === 'MemberExpression' ? callee.object : callee.type === 'CallExpression' && callee.callee;
	return inner ? rootName(inner as Node) : '';
}
