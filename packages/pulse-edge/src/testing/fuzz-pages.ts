import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import { Injector, injectedText } from '../page/inject/injector.ts';
import { randomFrom } from './random.ts';

const MARKUP = '<script src="/_pulse/edge/tab.0.js"></script>';

/** Pages of which another reader of HTML makes another tree than without the script, or does not find it first in the head. */
export interface PagesFuzzed {
	readonly pages: number;
	/** Ended within a token, where there is no place for it. */
	readonly without: number;
	readonly differing: readonly string[];
}

/** Pages that are put together at random, and cut at random on their way, beside parse5. */
export function fuzzPages(count: number, seed: number): PagesFuzzed {
	const random = randomFrom(seed);
	const differing: string[] = [];
	let without = 0;
	for (let run = 0; run < count && differing.length < 20; run++) {
		const page = randomPage(random);
		const bytes = Buffer.from(page);
		const cuts = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * bytes.length)).sort(
			(a, b) => a - b,
		);
		const result = injected(bytes, cuts, MARKUP);
		const text = injectedText(bytes.toString('latin1'), MARKUP);
		const tree = parse(result);
		const removed = removeScript(tree);
		if (!result.includes(MARKUP)) without++;
		// A page that ends within a token has no place: nor would one see a script there.
		const placed = result.includes(MARKUP) ? removed : !removeScript(parse(page + MARKUP));
		const same = new TextDecoder().decode(Buffer.from(text, 'latin1')) === result;
		if (!placed || !same || shape(tree) !== shape(parse(new TextDecoder().decode(bytes)))) differing.push(page);
	}
	return { pages: count, without, differing };
}

/** What goes out of a page that comes in these pieces. */
export function injected(page: Buffer, cuts: readonly number[], markup: string): string {
	const injector = new Injector(markup);
	const out: Buffer[] = [];
	let from = 0;
	for (const cut of [...cuts, page.length]) {
		for (const piece of injector.push(page.subarray(from, cut))) out.push(Buffer.from(piece));
		from = cut;
	}
	for (const piece of injector.end()) out.push(piece);
	return new TextDecoder().decode(Buffer.concat(out));
}

const PIECES = [
	...[
		'<!doctype html>',
		'<!DOCTYPE x "',
		'<html>',
		'<html lang="a>b">',
		"<html a='>' b=c/>",
		'<head>',
		'<head x=y>',
		'<HEAD/>',
		'</head>',
		'<body>',
		'</body>',
		'</html>',
		'</p>',
		'</br>',
		'</>',
		'</ x>',
		'</template>',
	],
	...[
		'<!--',
		'-->',
		'--!>',
		'<!-->',
		'<!--->',
		'<!-- a -->',
		'<!-',
		'<!',
		'<!x>',
		'<?x>',
		'<![CDATA[x]]>',
		'<',
		'>',
		'/',
		'"',
		"'",
		'=',
		'-',
		'!',
	],
	...[
		' ',
		'\n',
		'\t',
		'\r\n',
		'\f',
		'x',
		'é',
		'\ufeff',
		'<title>t</title>',
		'<meta charset=utf-8>',
		'<div>',
		'<header>',
		'<h',
		'<htm',
		'<hea',
		'<script>1</script>',
		'<template>',
		'<frameset>',
		'<svg>',
		'<noscript>',
		'<htmlx>',
		'<head-x>',
		'&amp;',
		'\0',
	],
];

function randomPage(random: () => number): string {
	let page = random() < 0.1 ? '\ufeff' : '';
	const length = 1 + Math.floor(random() * 9);
	for (let i = 0; i < length; i++) page += PIECES[Math.floor(random() * PIECES.length)]!;
	return random() < 0.2 ? garbled(page, random) : page;
}

/** With some characters gone, doubled, or in another place. */
function garbled(page: string, random: () => number): string {
	let text = page;
	for (let i = Math.floor(random() * 4); i >= 0; i--) {
		const at = Math.floor(random() * text.length);
		const to = Math.floor(random() * text.length);
		const what = random();
		const middle =
			what < 0.3 ? '' : what < 0.6 ? text.slice(at, at + 2) + text.slice(at, at + 1) : text.slice(to, to + 3);
		text = text.slice(0, at) + middle + text.slice(at + 1);
	}
	return text;
}

/** Takes our script out where it has to be: first in the head. */
function removeScript(document: Tree.Document): boolean {
	const html = document.childNodes.find((node) => node.nodeName === 'html') as Tree.Element;
	const head = html.childNodes.find((node) => node.nodeName === 'head') as Tree.Element;
	const first = head.childNodes[0];
	if (first?.nodeName !== 'script') return false;
	if ((first as Tree.Element).attrs[0]?.value !== '/_pulse/edge/tab.0.js') return false;
	head.childNodes.shift();
	return true;
}

function shape(node: Tree.Node, depth = ''): string {
	const attrs = 'attrs' in node ? node.attrs.map(({ name, value }) => `${name}=${value}`).join() : '';
	const text = 'value' in node ? node.value : 'data' in node ? node.data : '';
	const children = 'childNodes' in node ? node.childNodes : [];
	const content = node.nodeName === 'template' && 'content' in node ? [node.content] : [];
	return `${depth}${node.nodeName} ${attrs} ${JSON.stringify(text)}\n${[...content, ...children].map((child) => shape(child, `${depth} `)).join('')}`;
}
