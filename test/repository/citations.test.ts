import { expect, test } from 'vitest';
import { brokenCitations, citingFiles } from './citations.ts';

test('every citation of the contract and of the platform facts leads to a rule, a decision or a section', () => {
	expect(citingFiles().flatMap((path) => brokenCitations(path).map((citation) => `${path}:${citation}`))).toEqual([]);
});

test.each([
	['a rule that is there', 'contract R2.4–6, R5.14', 'packages/pulse-railway/src/x.ts', 0],
	['a rule that is not', '(R2.99)', 'packages/pulse-railway/src/x.ts', 1],
	['a section that is not', 'contract R77', 'packages/pulse-railway/src/x.ts', 1],
	['one of several decisions', '(decisions 4, 5 and 99)', 'packages/pulse-railway/src/x.ts', 1],
	['a section of the facts of its platform', '(facts §1.4)', 'packages/pulse-railway/src/x.ts', 0],
	['one of the other platform', '(facts §1.4)', 'packages/pulse-aws/src/x.ts', 1],
	['a heading within a section', '(docs/platform-facts/aws.md §2 "Circuit breaker", §0.2)', 'test/x.ts', 0],
	['a heading that is not there', '(docs/platform-facts/aws.md §2 "Lifts")', 'test/x.ts', 1],
	['facts of no platform', '(facts §1)', 'packages/pulse-app/src/x.ts', 1],
])('%s', (_, text, path, broken) => {
	expect(brokenCitations(path, text)).toHaveLength(broken);
});
