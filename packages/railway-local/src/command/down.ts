import type { CommandResult, Invocation } from 'pulse-deploy-kit/command';
import type { Host } from 'pulse-deploy-kit/host';
import { findRunning } from '../directory-lock.ts';
import { purge } from './purge.ts';
import { stopRunning } from './running.ts';

export async function runDown(
	request: { readonly dir: string; readonly purge: boolean; readonly dryRun: boolean; readonly env: Invocation['env'] },
	host: Host,
	signal: AbortSignal,
): Promise<CommandResult> {
	const { dir } = request;
	if (request.dryRun) {
		const running = findRunning(dir);
		const steps = [
			...(running ? [`stop process ${running.pid} and its services`] : []),
			...(request.purge ? [`remove ${dir}`] : []),
		];
		return { json: { steps }, text: steps.join('\n') || 'Nothing to do.' };
	}
	const question = `Remove ${dir} with every project, upload and log in it?`;
	const remove = request.purge && (await host.ask({ text: question, default: false }));
	const stopped = await stopRunning(dir, signal);
	const purged = remove && (await purge(dir, request.env));
	if (request.purge && !remove)
		host.notify({ level: 'warning', text: 'The state is kept. --yes removes it without asking.' });
	const text = [
		stopped ? 'Stopped.' : `No local platform runs in ${dir}.`,
		...(purged ? [`Removed ${dir}.`] : []),
	].join(' ');
	return { json: { stopped, purged }, text };
}
