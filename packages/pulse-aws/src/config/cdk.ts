import { cdkWorkdir, programPath } from './paths.ts';

/** Either flag chooses the command-line CDK; without both the baseline is deployed in process. */
export async function cdkChoice(
	cwd: string,
	{ cdkBin, cdkWorkdir: workdir }: { cdkBin?: string | undefined; cdkWorkdir?: string | undefined },
): Promise<{ program: string; workdir: string | undefined } | undefined> {
	if (cdkBin === undefined && workdir === undefined) return undefined;
	return {
		program: programPath(cwd, cdkBin ?? 'cdk'),
		workdir: workdir === undefined ? undefined : await cdkWorkdir(cwd, workdir),
	};
}
