import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Ends every run with the reason of each skip and the line `N passed, N failed, N skipped`. */
export default class ClosingLineReporter implements Reporter {
	onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
		const tests = modules.flatMap((module) => [...module.children.allTests()]);
		const count = (state: string) => tests.filter((test) => test.result().state === state).length;
		const unloadable = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
		const line = `${count('passed')} passed, ${count('failed') + unloadable + unhandledErrors.length} failed, ${count('skipped')} skipped`;
		const skipped = tests.filter((test) => test.result().state === 'skipped').map((test) => `skipped: ${reason(test)}`);
		process.stdout.write(`${[...new Set(skipped), line].join('\n')}\n`);
		const file = process.env.CLOSING_LINE_FILE;
		if (file) writeFileSync(file, `${line}\n`);
	}
}

function reason(test: TestCase): string {
	const result = test.result();
	return (result.state === 'skipped' && result.note) || `${test.module.relativeModuleId}: ${test.fullName}`;
}
