import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { randomFrom } from '../../testing/random.ts';
import { isStrict } from './strictness.ts';

/** What V8 makes of it: `with` is an error in strict code alone. `null` for what is no script. */
function strictToV8(text: string): boolean | null {
	return compiles(text) && compiles(`${text}\n;`) ? !compiles(`${text}\n;with({}){}`) : null;
}

function compiles(text: string): boolean {
	try {
		new Script(text);
		return true;
	} catch {
		return false;
	}
}

const PIECES = [
	...['"use strict"', "'use strict'", '"use asm"', "'a'", '"a\\\nb"', '"use\\x20strict"', '""', '"use strict '],
	...[';', ';;', '\n', '\r\n', '\u2028', '\u00a0', '\ufeff', ' ', '\t', '}', '{}', ','],
	...['/* a */', '/* a\n */', '/*', '// b\n', '// c\u2029', '//', '/', '*/'],
	...['x', '.x', '[0]', '(x)', '`x`', '+', '++x', '--\nx', '- x', '!x', '!= x', '= x', '=> x', '? 1 : 2'],
	...['in x', 'instanceof x', 'instance', 'index', 'in\\u0061', 'var a', 'function f(){"use strict"}', '/x/.test(x)'],
];

test('a script is strict where an engine says so, however it is cut on its way (C1.12)', () => {
	const random = randomFrom(12);
	let [scripts, strict] = [0, 0];
	for (let run = 0; run < 20_000; run++) {
		const length = 1 + Math.floor(random() * 7);
		const text = Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]).join('');
		const judged = strictToV8(text);
		if (judged === null) continue;
		scripts++;
		if (judged) strict++;
		expect(isStrict(text, true), JSON.stringify(text)).toBe(judged);
		for (let cut = 0; cut < text.length; cut++) {
			const early = isStrict(text.slice(0, cut), false);
			if (early !== null) expect(early, JSON.stringify([text, cut])).toBe(judged);
		}
	}
	expect(scripts).toBeGreaterThan(1_000);
	expect(strict).toBeGreaterThan(200);
}, 60_000);
