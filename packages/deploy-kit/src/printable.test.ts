import { expect, it } from 'vitest';
import { DeployToolError } from './errors.ts';
import { printable } from './printable.ts';
import { errorText } from './report-error.ts';

it.each([
	['\u001b[31mred\u001b[0m', 'red'],
	['a\u001b]52;c;ZXZpbA==\u0007b', 'ab'],
	['a\u001b]0;title\u001b\\b', 'ab'],
	['real\rfake\b\b\u007f', 'realfake'],
	['\u009b2Jgone', 'gone'],
	['a\u202egnp.exe', 'agnp.exe'],
	['half \u001b', 'half '],
	['tab\tline\nnext ✓ naïve', 'tab\tline\nnext ✓ naïve'],
])('%j is shown as %j', (text, shown) => expect(printable(text)).toBe(shown));

it('what an app or a platform says in an error cannot steer the terminal', () => {
	const error = new DeployToolError('x', 'bad \u001b[2Janswer', {
		fault: 'app',
		detail: 'log \u001b]52;c;eA==\u0007line',
		next: 'run\u001b[A',
	});
	expect(errorText(error)).toBe('Error: bad answer\n  log line\nNext: run');
});
