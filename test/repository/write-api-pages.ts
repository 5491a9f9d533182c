import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ENTRY_POINTS } from './entry-points.ts';
import { ROOT } from './source-files.ts';

/**
 * The API reference, made from doc comments into `docs/api` (not committed: editors show the same words, and each change of a
 * comment would come twice). TypeDoc reads TypeScript through a compiler of before 7, so it is no dependency here: npm brings
 * both in these versions. Ends with an error where something that is offered has no doc comment. A link into what is not offered stays a word.
 */
const TOOLS = ['typedoc@0.28.20', 'typescript@5.9.3'];

const packages = TOOLS.flatMap((tool) => ['--package', tool]);
const options = [
	...['--tsconfig', 'tsconfig.tests.json', '--out', 'docs/api', '--name', 'pulse-deploy', '--readme', 'none'],
	...[
		'--skipErrorChecking',
		'--excludeInternal',
		'--excludePrivate',
		'--disableGit',
		'--sourceLinkTemplate',
		'{path}#L{line}',
	],
	...['--validation.notDocumented', '--validation.invalidLink', 'false', '--treatValidationWarningsAsErrors'],
	...['Class', 'Enum', 'Function', 'Interface', 'TypeAlias', 'Variable'].flatMap((kind) => [
		'--requiredToBeDocumented',
		kind,
	]),
	...ENTRY_POINTS.flatMap((entry) => ['--entryPoints', join(ROOT, entry)]),
];
const { status } = spawnSync('npm', ['exec', '--yes', ...packages, '--', 'typedoc', ...options], {
	cwd: ROOT,
	stdio: 'inherit',
});
process.exitCode = status ?? 1;
