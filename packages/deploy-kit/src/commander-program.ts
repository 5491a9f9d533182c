import { Command, Option } from 'commander';
import type { CommandListing, CommandSpec } from './command.ts';
import type { LineFormat } from './plain-line.ts';
import type { Setting } from './settings.ts';

export interface ProgramInfo {
	readonly name: string;
	readonly version: string;
	readonly summary: string;
	/** One line for each group of commands, by its name. */
	readonly groups?: Readonly<Record<string, string>>;
	/** What its progress looks like. Default: plain lines. */
	readonly format?: (env: Readonly<Record<string, string | undefined>>) => LineFormat;
	/** Begins the line of an error. Default `Error:`. */
	readonly errorMark?: string;
	/** Exit code for bad input. Default 2. */
	readonly usageExitCode?: number;
}

/** What was typed, before any setting is resolved. */
export interface Parsed {
	readonly spec: CommandSpec;
	readonly flags: Readonly<Record<string, unknown>>;
	readonly args: readonly string[];
	readonly common: CommonFlags;
}

export interface CommonFlags {
	readonly json: boolean;
	readonly quiet: boolean;
	readonly verbose: boolean;
	readonly yes: boolean;
	readonly dryRun: boolean;
	readonly showSecrets: boolean;
}

/** The command that was named, with the rest of it. */
export interface NamedCommand {
	readonly name: string;
	readonly spec: CommandSpec;
}

/** Loads the command that these words name; `null` for none. */
export async function loadNamed(
	commands: readonly CommandListing[],
	words: readonly string[],
): Promise<NamedCommand | null> {
	// The programs and groups have no flag with a value, so that these are the first words whatever stands between; `help` does, before a command or its group's.
	const sought = words.filter((word) => !word.startsWith('-') && word !== 'help');
	const listing = commands.find(({ name }) => name.split(' ').every((word, at) => sought[at] === word));
	return listing === undefined ? null : { name: listing.name, spec: await listing.load() };
}

/**
 * Builds the commander program, where `named` alone has its own flags. Parsing calls `onCommand`; usage errors throw commander's
 * own error.
 */
export function commanderProgram(
	info: ProgramInfo,
	commands: readonly CommandListing[],
	named: NamedCommand | null,
	onCommand: (parsed: Parsed) => void,
): Command {
	const program = base(new Command(info.name)).description(info.summary).version(info.version);
	for (const listing of commands) {
		const words = listing.name.split(' ');
		const leaf = words.pop() ?? listing.name;
		const parent = words.reduce((group, word) => subcommand(group, word, info.groups?.[word]), program);
		const command = base(new Command(leaf)).summary(listing.summary).description(listing.summary);
		for (const argument of listing.arguments ?? []) command.argument(argument.syntax, argument.describe);
		if (listing.name === named?.name) specify(command, listing.summary, named.spec, onCommand);
		else addCommonOptions(command, false);
		parent.addCommand(command);
	}
	return program;
}

function base(command: Command): Command {
	return command.exitOverride().configureHelp({ showGlobalOptions: false }).showSuggestionAfterError();
}

function subcommand(parent: Command, name: string, description = `Commands of the ${name}`): Command {
	const existing = parent.commands.find((command) => command.name() === name);
	if (existing !== undefined) return existing;
	const group = base(new Command(name)).description(description);
	parent.addCommand(group);
	return group;
}

function addCommonOptions(command: Command, changes: boolean): void {
	if (changes) {
		command.option('--dry-run', 'show what would be done, and change nothing');
		command.option('-y, --yes', 'answer every question with yes');
	}
	command.option('--json', 'print one JSON document on stdout, also for errors');
	command.option('--show-secrets', 'print secrets in results instead of a mask');
	command.option('-q, --quiet', 'print warnings and errors only');
	command.option('-v, --verbose', 'print every step as it begins, and more about failures');
}

/** Gives a command its own flags, help and action. */
function specify(command: Command, summary: string, spec: CommandSpec, onCommand: (parsed: Parsed) => void): void {
	command.description([summary, spec.description].filter(Boolean).join('\n\n'));
	const attributes: { attribute: string; key: string; flag: string }[] = [];
	const addOption = (key: string, flag: string, text: string, repeatable = false) => {
		const option = new Option(flag, text);
		// Not commander's own variadic form, which would swallow the arguments that follow.
		if (repeatable) option.argParser<string[]>((value, before = []) => [...before, value]);
		attributes.push({ attribute: option.attributeName(), key, flag: nameOf(flag) });
		command.addOption(option);
	};
	for (const [key, setting] of Object.entries(spec.settings)) {
		if (setting.flag === undefined) continue;
		addOption(key, setting.flag, describe(setting), setting.repeatable);
		if (setting.alias !== undefined) addOption(key, setting.alias, `the same as ${nameOf(setting.flag)}`);
	}
	addCommonOptions(command, spec.changes);
	const variables = variablesHelp(spec, command);
	if (variables !== '') command.addHelpText('after', `\nVariables:\n${variables}`);
	command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
	command.action(() => {
		const typed = command.opts<Record<string, unknown>>();
		const given = attributes.filter(({ attribute }) => typed[attribute] !== undefined);
		const [twice] = given.filter(({ key }, at) => given.findIndex((other) => other.key === key) !== at);
		if (twice !== undefined) command.error(`error: '${twice.flag}' is another name of a flag that is given as well`);
		const flags = Object.fromEntries(given.map(({ attribute, key }) => [key, typed[attribute]]));
		const on = (flag: string) => typed[flag] === true;
		onCommand({
			spec,
			flags,
			args: command.args,
			common: {
				json: on('json'),
				quiet: on('quiet'),
				verbose: on('verbose'),
				yes: on('yes'),
				dryRun: on('dryRun'),
				showSecrets: on('showSecrets'),
			},
		});
	});
}

/** Settings without a flag, laid out as commander lays the options out. */
function variablesHelp({ settings }: CommandSpec, command: Command): string {
	const help = command.createHelp();
	const own = Object.values(settings).filter(({ flag, env }) => flag === undefined && env !== undefined);
	const width = Math.max(0, ...own.map(({ env }) => env?.join(', ').length ?? 0));
	return own
		.map(({ env = [], ...setting }) => {
			// The width of commander's help where it knows no terminal.
			return help.formatItem(env.join(', '), width, describe(setting), Object.assign(help, { helpWidth: 100 }));
		})
		.join('\n');
}

/** `--name <value>` → `--name`. */
function nameOf(flag: string): string {
	return flag.split(' ')[0] ?? flag;
}

/** Variables are only named here: commander's own `.env()` would read the process's environment behind the config's back. */
function describe(setting: Setting<unknown>): string {
	const facts: string[] = [];
	if (setting.env !== undefined) facts.push(`env: ${setting.env.join(', ')}`);
	const fallback = setting.defaultText ?? setting.default;
	if (setting.repeatable === true) facts.push('repeatable');
	if (fallback !== undefined && typeof fallback !== 'boolean') facts.push(`default: ${fallback}`);
	return facts.length === 0 ? setting.describe : `${setting.describe} (${facts.join('; ')})`;
}
