import type { CommandResult, Invocation } from '../command.ts';
import { mayOpen } from './may-open.ts';

/** A deployment, and the address that shows it and no other. */
export interface PinnedAddress {
	readonly deployment_id: string;
	readonly url: string;
}

/** @param query names a deployment in an address */
export function pinnedAddress(origin: string, query: string, id: string): PinnedAddress {
	const url = new URL('/', origin);
	url.searchParams.set(query, id);
	return { deployment_id: id, url: url.href };
}

/** How `open` ends: with a browser, or with the address where none would show. */
export async function openAddress(
	invocation: Pick<Invocation, 'env' | 'terminal' | 'json' | 'host'>,
	found: PinnedAddress,
	print: boolean,
): Promise<CommandResult> {
	const opened = !print && mayOpen(invocation, process.platform) && (await inBrowser(invocation, found.url));
	return { json: { ...found, opened }, text: opened ? `Opened ${found.url}` : found.url };
}

/** Whether one could be started. `target`: an address, or a file. */
export async function inBrowser({ host }: Pick<Invocation, 'host'>, target: string): Promise<boolean> {
	const { default: open } = await import('open');
	try {
		await open(target);
		return true;
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		host.notify({ level: 'warning', text: `No browser could be started here (${why}).` });
		return false;
	}
}
