import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['packages/*/src/**/*.test.ts', 'examples/*/**/*.test.ts', 'test/**/*.test.ts'],
		exclude: ['**/node_modules/**', '**/dist/**'],
		pool: 'forks',
		// Most tests wait, for processes and sockets: two files at once leave no core idle, also where there are but two.
		maxWorkers: Math.max(2, availableParallelism() - 1),
		globalSetup: './test/support/needs.ts',
		reporters: ['default', './test/support/closing-line-reporter.ts'],
		// Real processes and sockets on a machine that others use too: a second failure in a row is no accident.
		retry: process.env.CI ? 1 : 0,
		testTimeout: 20_000,
		hookTimeout: 30_000,
		// A busy machine makes tests slower, not red.
		expect: { poll: { timeout: 10_000 } },
	},
});
