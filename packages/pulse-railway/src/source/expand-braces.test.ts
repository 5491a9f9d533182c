import { expect, test } from 'vitest';
import { expandBraces } from './expand-braces.ts';

test.each([
	['.env.{local,production}', ['.env.local', '.env.production']],
	['{a,{b,c}}d', ['ad', 'bd', 'cd']],
	['{a,b}{1,2}', ['a1', 'a2', 'b1', 'b2']],
	['x{,y}', ['xy']],
	['x{}', ['x']],
	['!{a,b}', ['!a', '!b']],
	['{#a,!b}', ['\\#a', '\\!b']],
	['{dir/x,y}', ['/dir/x', '/y']],
	['!{dir/x,y}', ['!/dir/x', '!/y']],
	['/{a,b}', ['/a', '/b']],
	['{a,b}/', ['a/', 'b/']],
	['{a\\,b,c}', ['a\\,b', 'c']],
	['[{,]{a,b}', ['[{,]a', '[{,]b']],
	['{a,b} ', ['a', 'b']],
	['{a,b}\\ ', ['a\\ ', 'b\\ ']],
])('%j stands for %j', (line, patterns) => {
	expect(expandBraces(line)).toEqual(patterns);
});

test.each(['x{a', 'x}a{', 'a}{b,c}', '{a,{b}', '# {a,b}', '\\{a,b\\}', 'plain', '{}', ''])(
	'%j is left to what git makes of it, or to nothing',
	(line) => {
		expect(expandBraces(line).filter((pattern) => pattern !== line)).toEqual([]);
	},
);

test('no line takes long, or much', () => {
	const bomb = '{a,b}'.repeat(40);
	expect(expandBraces(bomb)).toEqual([bomb]);
});
