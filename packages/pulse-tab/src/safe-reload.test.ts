import { beforeEach, expect, test, vi } from 'vitest';
import { ask, goBy } from './safe-reload.ts';

const replace = vi.fn();

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('sessionStorage', {});
	vi.stubGlobal('location', { hash: '', href: '/', replace, reload: replace });
	return () => {
		vi.unstubAllGlobals();
		vi.useRealTimers();
	};
});

test('a page that may not go is loaded anew at the deadline: of one asker the last, of several the first', () => {
	goBy((isDue) => (isDue ? '' : 'a draft'));
	const wait = (seconds: number) => vi.advanceTimersByTime(seconds * 1_000);
	ask('a drain', Date.now() + 60_000);
	ask('a drain', Date.now() + 600_000);
	wait(120);
	expect(replace).not.toHaveBeenCalled();
	ask('a drain', Date.now() + 60_000);
	ask('its version is gone');
	wait(58);
	expect(replace).not.toHaveBeenCalled();
	wait(4);
	expect(replace).toHaveBeenCalledOnce();
});
