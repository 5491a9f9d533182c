import { runProcess } from '../run-process.ts';

const MOST_MS = 5_000;

/**
 * The commit that a folder is checked out at, with `-dirty` where something that is tracked was changed since, as git tells it;
 * `null` where it is in no repository, or there is no git.
 */
export async function commitOf(
	folder: string,
	env: Readonly<Record<string, string | undefined>>,
	signal?: AbortSignal,
): Promise<string | null> {
	const overdue = AbortSignal.timeout(MOST_MS);
	const asked = {
		command: 'git',
		args: ['-C', folder, 'describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'],
		env: { ...env, GIT_OPTIONAL_LOCKS: '0' },
		signal: signal === undefined ? overdue : AbortSignal.any([signal, overdue]),
	};
	const told = await runProcess(asked).catch(() => null);
	signal?.throwIfAborted();
	const [, commit = null] = /^([0-9a-f]{7,64}(?:-dirty)?)\n$/.exec(told?.exitCode === 0 ? told.stdout : '') ?? [];
	return commit;
}
