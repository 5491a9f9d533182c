import type { CommandResult } from '../command.ts';
import type { Host } from '../host.ts';
import type { DashboardFacts } from './facts.ts';
import type { Order } from './order.ts';

/** Follows what a service writes until the signal aborts; rejects where there is no such service. */
export type Follow = (
	service: string,
	onLines: (lines: readonly string[]) => void,
	signal: AbortSignal,
) => Promise<void>;

/** What a tool gives to its dashboard. */
export interface DashboardSource {
	readonly tool: string;
	readonly look: (signal: AbortSignal) => Promise<DashboardFacts>;
	/** Between two looks, milliseconds. */
	readonly everyMs: number;
	readonly follow: Follow;
	/** Runs the very command; its plan and its questions come to the host. */
	readonly carryOut: (order: Order, host: Host, signal: AbortSignal) => Promise<CommandResult>;
}
