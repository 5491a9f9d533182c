import type { Invocation } from '../command.ts';

/** Tells where the page is: with `--json` as one line, because the command goes on. */
export function tellAddress({ json, print }: Pick<Invocation, 'json' | 'print'>): (address: string) => void {
	return (address) =>
		print(
			json
				? JSON.stringify({ address })
				: `${address}\nThe dashboard is there for this machine alone, and only with the whole address. Ctrl-C ends it.`,
		);
}
