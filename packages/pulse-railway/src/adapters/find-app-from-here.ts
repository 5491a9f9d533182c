import { basename, dirname } from 'node:path';
import { typedPath } from 'pulse-deploy-kit/build-paths';
import type { Invocation } from 'pulse-deploy-kit/command';
import { initAppFile } from '../config/init.ts';
import { locateAppFromHere } from '../config/paths.ts';
import { type FoundApp, findApp } from './find-app.ts';

/** The app of a command that builds nothing: it is asked for the names of its stack alone. */
export async function findAppFromHere(
	invocation: Invocation,
): Promise<Pick<FoundApp, 'options' | 'file' | 'remembered'> & { readonly folder: string; readonly path: string }> {
	const named = initAppFile(invocation);
	const folder = named === undefined ? invocation.cwd : dirname(typedPath(invocation.cwd, named));
	const locate = () => locateAppFromHere(invocation.cwd, named);
	const { pulse, options, file, remembered } = await findApp(invocation, { folder, named, locate });
	// A container app is named by its folder.
	return { options, file, remembered, folder, path: pulse?.path ?? basename(folder) };
}
