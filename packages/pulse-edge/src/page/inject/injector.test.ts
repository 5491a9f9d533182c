import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import { expect, test } from 'vitest';
import { randomFrom } from '../../testing/random.ts';
import { Injector, injectedText } from './injector.ts';

const MARKUP = '<script src="/_pulse/edge/tab.0.js"></script>';

function injected(page: Buffer, cuts: readonly number[]): string {
	const injector = new Injector(MARKUP);
	const out: Buffer[] = [];
	let from = 0;
	for (const cut of [...cuts, page.length]) {
		for (const piece of injector.push(page.subarray(from, cut))) out.push(Buffer.from(piece));
		from = cut;
	}
	for (const piece of injector.end()) out.push(piece);
	return new TextDecoder().decode(Buffer.concat(out));
}

const whole = (page: string) => injected(Buffer.from(page), []);

test.each([
	['<!doctype html><html><head><title>x</title>', `<!doctype html><html><head>${MARKUP}<title>x</title>`],
	[
		'<!DOCTYPE html>\n<HTML lang=de>\n<HEAD data-x="a>b">\n<title>',
		`<!DOCTYPE html>\n<HTML lang=de>\n<HEAD data-x="a>b">${MARKUP}\n<title>`,
	],
	['<!-- <head> -->\n<title>x', `<!-- <head> -->\n${MARKUP}<title>x`],
	['<!doctype html><html><body>x', `<!doctype html><html>${MARKUP}<body>x`],
	['<header>x</header>', `${MARKUP}<header>x</header>`],
	['just text', `${MARKUP}just text`],
	['<!-->x<head>', `<!-->${MARKUP}x<head>`],
	['<!---->', `<!---->${MARKUP}`],
	['<?xml version="1.0"?><html><head>', `<?xml version="1.0"?><html><head>${MARKUP}`],
	['', MARKUP],
	['<!-- never ends', '<!-- never ends'],
])('the script comes first in the head of %j (C1.7)', (page, expected) => {
	expect(whole(page)).toBe(expected);
});

test('a tag that is split over chunks is one tag, and a byte at a time gives the same (C1.7)', () => {
	for (const page of [
		'<!doctype html><html><head><title>x</title>',
		'\ufeff<!-- a --><html x="1>2"><body>',
		'</p><h1>x',
	]) {
		const bytes = Buffer.from(page);
		const cuts = Array.from({ length: bytes.length }, (_, at) => at);
		expect(injected(bytes, cuts)).toBe(whole(page));
	}
});

test('a shell that comes in pieces is not held up: what waits is at most the name of a tag (C1.7)', () => {
	const injector = new Injector(MARKUP);
	expect(Buffer.concat(injector.push(Buffer.from('<!doctype html><html><hea'))).toString()).toBe(
		'<!doctype html><html>',
	);
	expect(Buffer.concat(injector.push(Buffer.from('d>'))).toString()).toBe(`<head>${MARKUP}`);
	const later = Buffer.from('<p>first</p>');
	expect(injector.push(later)).toEqual([later]);
	expect(injector.push(later)[0]).toBe(later);
});

test('another reader of HTML sees the same page, but for the script (C1.7)', () => {
	const runs = Number(process.env.PULSE_FUZZ_RUNS ?? 20_000);
	const random = randomFrom(Number(process.env.PULSE_FUZZ_SEED ?? 12));
	for (let run = 0; run < runs; run++) {
		const page = randomPage(random);
		const bytes = Buffer.from(page);
		const cuts = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * bytes.length)).sort(
			(a, b) => a - b,
		);
		const result = injected(bytes, cuts);
		const text = injectedText(bytes.toString('latin1'), MARKUP);
		expect(new TextDecoder().decode(Buffer.from(text, 'latin1')), page).toBe(result);
		const plain = parse(new TextDecoder().decode(bytes));
		const tree = parse(result);
		const removed = removeScript(tree);
		// A page that ends within a token has no place: nor would one see a script there.
		if (!result.includes(MARKUP)) expect(removeScript(parse(page + MARKUP)), page).toBe(false);
		else expect(removed, page).toBe(true);
		expect(shape(tree), JSON.stringify(page)).toBe(shape(plain));
	}
}, 600_000);

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
	return page;
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
