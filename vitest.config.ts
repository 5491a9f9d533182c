import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['packages/*/src/**/*.test.ts', 'examples/*/**/*.test.ts', 'test/**/*.test.ts'],
		exclude: ['**/node_modules/**', '**/dist/**'],
		pool: 'forks',
		testTimeout: 20_000,
		hookTimeout: 30_000,
	},
});
