import { Command, InvalidArgumentError, Option } from 'commander';
import type { RunOptions } from '../bin.ts';

/** `pulse run`. The handler gets parsed options; this file only describes them. */
export function runCommand(handler: (file: string, options: RunOptions) => Promise<void>): Command {
	return new Command('run')
		.description('Run the app that a TypeScript or JavaScript file exports.')
		.argument('<file>', 'file that exports an App, by default or as `app`')
		.option('--prod', 'production: requires a server address (https, or http on this machine)', false)
		.addOption(
			new Option('--watch', 'start anew whenever a file changes that the app loads').default(false).conflicts('prod'),
		)
		.addOption(new Option('--watched').default(false).hideHelp())
		.addOption(
			new Option(
				'--address <address>',
				'address to listen on (default: this machine alone; in production ::, all of them)',
			).env('PULSE_ADDRESS'),
		)
		.addOption(new Option('--port <port>', 'port to listen on; 0 picks one').env('PORT').default(8000).argParser(port))
		.addOption(
			new Option(
				'--server-address <url>',
				'public address of the app (default: PULSE_SERVER_ADDRESS, or what the app says)',
			),
		)
		.addOption(
			new Option('--drain-seconds <seconds>', 'after SIGTERM, how long open sockets may stay')
				.env('PULSE_DRAIN_SECONDS')
				.default(10)
				.argParser(seconds),
		)
		.addHelpText(
			'after',
			`
Examples:
  $ pulse run app.ts
  $ pulse run app.ts --watch
  $ pulse run app.ts --port 3000
  $ PULSE_SERVER_ADDRESS=https://example.com pulse run app.ts --prod --port "$PORT"

In development, variables of an .env file in this folder are read; those that are set already stay.
SIGTERM drains: new connections are refused, requests finish, sockets stay until they leave or the time is over.
A second signal ends at once.`,
		)
		.action(handler);
}

function port(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
	return value;
}

function seconds(text: string): number {
	if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('Give a number of seconds.');
	return Number(text);
}
