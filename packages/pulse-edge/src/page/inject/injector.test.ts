import { expect, test } from 'vitest';
import { fuzzPages, injected } from '../../testing/fuzz-pages.ts';
import { Injector } from './injector.ts';

const MARKUP = '<script src="/_pulse/edge/tab.0.js"></script>';

const whole = (page: string) => injected(Buffer.from(page), [], MARKUP);

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
		expect(injected(bytes, cuts, MARKUP)).toBe(whole(page));
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
	expect(fuzzPages(runs, Number(process.env.PULSE_FUZZ_SEED ?? 12)).differing).toEqual([]);
}, 600_000);
