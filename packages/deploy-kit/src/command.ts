import type { Host } from './host.ts';
import type { SettingTable } from './settings.ts';

/** A command as the list of all shows it. */
export interface CommandListing {
	/** `deploy`, or `janitor run` for a command below a group. */
	readonly name: string;
	/** One line. */
	readonly summary: string;
	readonly arguments?: readonly { readonly syntax: string; readonly describe: string }[];
	/** The rest, for the command that was named: the list of all is shown without it. */
	load(): Promise<CommandSpec>;
}

/** A command as a value: what its own `--help` shows, and the action that is loaded only when it runs. */
export interface CommandSpec {
	/** Shown in the command's own help, below the summary. */
	readonly description?: string;
	readonly settings: SettingTable;
	/** Full command lines. */
	readonly examples: readonly string[];
	/** Has `--dry-run` and `--yes`. */
	readonly changes: boolean;
	/** Prints its JSON even without `--json` when stdout is not a terminal: scripts of old rely on it. */
	readonly jsonWhenPiped?: boolean;
	run(invocation: Invocation): Promise<CommandResult>;
}

export interface Invocation {
	/** By key of the command's settings, as typed; the input of `resolveSettings`. */
	readonly flags: Readonly<Record<string, unknown>>;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Where paths that the user typed start. */
	readonly cwd: string;
	readonly host: Host;
	/** Aborts on SIGINT and SIGTERM. */
	readonly signal: AbortSignal;
	readonly dryRun: boolean;
	/** Shows secrets in results (`--show-secrets`). */
	readonly showSecrets: boolean;
	/** Output that is not the one result, e.g. the rounds of `--watch`. Writes to stdout. */
	print(text: string): void;
	/** The output goes to a terminal: tables may be redrawn. */
	readonly terminal: boolean;
	readonly json: boolean;
}

export interface CommandResult {
	/** With `--json`: the one document on stdout, keys sorted; `undefined` when the command printed it already. */
	readonly json: unknown;
	/** Without: printed on stdout; none prints nothing. */
	readonly text?: string;
	/** Default 0. */
	readonly exitCode?: number;
}
