import { asked, begun } from 'pulse-deploy-kit/dashboard/action';
import { expect, it } from 'vitest';
import { FIRST, mayAgree, told } from './model.ts';

const action = begun('k', { verb: 'rollback', id: null, flags: {} }, 'pulse-railway rollback');
const question = (number: number) => asked(action, 'go on?', true, number);

it('a second click, or a key held down, agrees to no question that came in between', () => {
	const first = told(FIRST, 'action', question(1), 10_000);
	expect([10_000, 10_300, 11_000].map((now) => mayAgree(first, now))).toEqual([false, false, true]);
	const another = told(first, 'action', question(2), 11_000);
	expect([11_000, 11_300, 12_000].map((now) => mayAgree(another, now))).toEqual([false, false, true]);
});

it('what is told again, as after the line was lost, is no new question', () => {
	const first = told(FIRST, 'action', question(1), 10_000);
	expect(mayAgree(told(first, 'action', question(1), 20_000), 20_001)).toBe(true);
});
