import type { Fault } from '../../../packages/pulse-railway/src/local.ts';

/** How one API call of a command goes wrong. `kill` ends the command's process with SIGKILL. */
export interface FaultKind {
	readonly name: string;
	/** From this call on, every call meets it until the command ends; default: this call alone, and its repetition goes well. */
	readonly lasts?: true;
	readonly fault: (kill: () => void) => Fault;
}

export const FAULT_KINDS: readonly FaultKind[] = [
	{ name: 'is killed just before', fault: killed },
	{ name: 'is killed just after', fault: (kill) => ({ kind: 'hang-after', carriedOut: kill }) },
	{ name: 'loses the connection before', fault: () => ({ kind: 'drop' }) },
	{ name: 'loses the connection after', fault: () => ({ kind: 'drop-after' }) },
	{ name: 'gets a 500', fault: () => ({ kind: 'status', status: 500, body: '<html>oops</html>' }) },
	{
		name: 'gets a 429',
		fault: () => ({ kind: 'status', status: 429, body: 'slow down', headers: { 'retry-after': '1' } }),
	},
	{ name: 'gets a GraphQL error', fault: () => ({ kind: 'error', message: 'No, said the test' }) },
	{
		name: 'gets a GraphQL error although it was done',
		fault: () => ({ kind: 'error-after', message: 'Done, but no' }),
	},
	{ name: 'gets no answer', fault: () => ({ kind: 'hang' }) },
	{ name: 'gets no answer although it was done', fault: () => ({ kind: 'hang-after' }) },
	{ name: 'meets an outage', lasts: true, fault: () => ({ kind: 'status', status: 503, body: 'outage' }) },
];

function killed(kill: () => void): Fault {
	kill();
	return { kind: 'hang' };
}
