import { systemClock } from 'pulse-deploy-kit/clock';
import type { Host } from 'pulse-deploy-kit/host';
import type { SourceTree } from '../plan/step.ts';
import { listFiles } from '../source/list-files.ts';
import { type PackedSource, pack } from '../source/pack.ts';
import { sweepArchives } from '../source/sweep-archives.ts';

/** The archive of a build context, with what is odd about it said to the host. */
export async function packSource(
	source: SourceTree,
	user: { readonly home: string; readonly userIgnore: string },
	host: Host,
	signal: AbortSignal,
): Promise<PackedSource> {
	await sweepArchives(systemClock.now());
	const files = await listFiles(source.context, { gitignore: source.useGitignore, ...user }, signal);
	const packed = await pack(files, signal);
	for (const text of [...files.warnings, ...packed.warnings]) host.notify({ level: 'warning', text });
	return packed;
}
