import { expect, it } from 'vitest';
import { logFilter } from './log-filter.ts';

const entry = (message: string, severity: 'info' | 'error' = 'info') => ({
	entry: { timestamp: '', message, severity },
	tags: { deployment: 'd1', service: 's1', snapshot: 'n1', replica: null },
});

it.each([
	['', true],
	['failed', true],
	['missing', false],
	['"build failed"', true],
	['build AND failed', true],
	['build failed', true],
	['build missing', false],
	['missing OR failed', true],
	['@snapshot:n1 OR @replica:n1', true],
	['(@snapshot:n2 OR @replica:n2)', false],
	['(failed) (@snapshot:n1 OR @replica:n1)', true],
	['-missing @service:s1', true],
	['-failed', false],
	['-"build failed"', false],
	['-"failed build"', true],
	['@level:error', true],
	['@level:info', false],
	['@nothing:n1', false],
	// No filter at all, so it is looked for as it stands.
	['(failed', false],
	['OR', false],
])('the filter %j on an error of a build: %j', (filter, matches) => {
	expect(logFilter(filter)(entry('the build failed here', 'error'))).toBe(matches);
});

it('what cannot be read as a filter is text', () => {
	expect(logFilter('f(')(entry('calling f( with 1'))).toBe(true);
});
