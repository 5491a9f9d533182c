import { expect, it } from 'vitest';
import type { CommandSpec, Invocation } from '../command.ts';
import { recordingHost } from '../recording-host.ts';
import { carryOutBy } from './carry-out.ts';

const host = recordingHost();
const { signal } = new AbortController();

function runner() {
	const runs: Pick<Invocation, 'args' | 'flags'>[] = [];
	const rollback = {
		name: 'rollback',
		run: async ({ args, flags }: Invocation) => {
			runs.push({ args, flags });
			return { json: undefined };
		},
	} as unknown as CommandSpec;
	const invocation = { args: [], flags: { project: 'shop', port: 4040, open: true } } as unknown as Invocation;
	const none = {} as CommandSpec;
	return { runs, carryOut: carryOutBy(invocation, { rollback, promote: none, recall: none, drain: none }) };
}

it('an order runs the command of its name where the dashboard works, and starting again is rollback --redeploy', async () => {
	const { runs, carryOut } = runner();
	await carryOut({ verb: 'rollback', id: null, flags: {} }, host, signal);
	await carryOut({ verb: 'redeploy', id: 'shop-1', flags: {} }, host, signal);
	expect(runs).toEqual([
		{ args: [], flags: { project: 'shop' } },
		{ args: ['shop-1'], flags: { project: 'shop', redeploy: true } },
	]);
});
