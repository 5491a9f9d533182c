/**
 * actionlint reads the workflow that users copy, with our `action.yml` as the action that it uses: every expression, input and
 * output, and the metadata of the action. A wrong input must be found. Needs `actionlint` on the PATH
 * (`go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12`). `jiti test/outside/workflow.ts`
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LINTER: string = 'actionlint';
if (spawnSync(LINTER, ['-version']).error !== undefined) {
	process.stdout.write('Skipped: there is no actionlint on this machine.\n');
	process.exit(0);
}
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'pulse-workflow-'));

function lint(change: (text: string) => string): string {
	const text = readFileSync(join(root, 'docs/github-workflow.yml'), 'utf8').replace(
		/uses: \S+\/pulse-deploy@\S+/g,
		'uses: ./',
	);
	writeFileSync(join(folder, '.github/workflows/deploy.yml'), change(text));
	const { stdout, stderr } = spawnSync(LINTER, ['-no-color'], { cwd: folder, encoding: 'utf8' });
	return stdout + stderr;
}

try {
	spawnSync('git', ['init', '--quiet', folder]);
	mkdirSync(join(folder, '.github/workflows'), { recursive: true });
	copyFileSync(join(root, 'action.yml'), join(folder, 'action.yml'));
	const said = lint((text) => text);
	const wrong = lint((text) => text.replace('preview: pr-', 'previw: pr-'));
	const found = wrong.includes('input "previw" is not defined in action "pulse-deploy"');
	process.stdout.write(`${said || 'No finding.\n'}A wrong input is ${found ? '' : 'not '}found.\n`);
	process.exitCode = said === '' && found ? 0 : 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
