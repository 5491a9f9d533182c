import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import { inBrowser } from '../open/open-address.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const READ_MS = 60_000;

/**
 * Opens the address in the browser by a file that only this user can read: a program's arguments, and the token with them,
 * are seen by every user of a machine.
 */
export async function openPrivately(address: string, host: Host, signal: AbortSignal): Promise<void> {
	const folder = await temporaryFolder('pulse-dashboard-');
	const file = join(folder, 'open.html');
	const page = `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${address}"><a href="${address}">The dashboard</a>\n`;
	await writeFile(file, page, { mode: 0o600 });
	const remove = () => void rm(folder, { recursive: true, force: true }).catch(() => {});
	setTimeout(remove, READ_MS).unref();
	signal.addEventListener('abort', remove, { once: true });
	await inBrowser({ host }, file);
}
