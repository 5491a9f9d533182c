import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { type CommandOptions, type CommandResult, startPulseRailway } from './command.ts';

/** The dashboard as a command of its own, until it is closed. */
export interface RunningDashboard {
	/** With the token behind its `#`. */
	readonly address: string;
	readonly origin: string;
	readonly token: string;
	readonly child: ChildProcess;
	/** As Ctrl-C does; resolves when it has ended. */
	close(): Promise<CommandResult>;
}

export async function startDashboard(options: CommandOptions): Promise<RunningDashboard> {
	const { child, result } = startPulseRailway(['dashboard', '--json'], options);
	const line = await Promise.race([
		new Promise<string>((resolve) => createInterface({ input: child.stdout! }).once('line', resolve)),
		result.then(({ stderr }) => {
			throw new Error(`the dashboard ended:\n${stderr}`);
		}),
	]);
	const { address } = JSON.parse(line) as { address: string };
	const { origin, hash } = new URL(address);
	return {
		address,
		origin,
		token: hash.slice(1),
		child,
		close() {
			child.kill('SIGINT');
			return result;
		},
	};
}

/** Once it is live. @param onComplaint what the page says of itself that no user should see */
export async function openDashboardOn(page: Page, address: string, onComplaint: (text: string) => void): Promise<Page> {
	page.on('pageerror', (error) => onComplaint(error.message));
	page.on('console', (message) => {
		if (['error', 'warning'].includes(message.type())) onComplaint(message.text());
	});
	await page.goto(address);
	await page.locator('.link.live').waitFor();
	return page;
}
