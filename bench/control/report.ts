import type { AwsRow } from './aws.ts';
import type { HelpRow } from './help.ts';
import type { Row } from './measure.ts';

export function missesRequests({ requests, mostRequests }: Row): boolean {
	return mostRequests !== null && requests > mostRequests;
}

export function printTable(rows: readonly Row[], aws: readonly AwsRow[], help: readonly HelpRow[]): void {
	const line = (cells: readonly string[]) =>
		cells.map((cell, index) => (index === 0 ? cell.padEnd(16) : cell.padStart(14))).join('');
	const lines = [
		line(['command', 'deployments', 'requests', 'at most', 'seconds', 'at most', '']),
		...rows.map((row) =>
			line([
				row.command,
				String(row.deployments),
				String(row.requests),
				String(row.mostRequests ?? ''),
				row.seconds.toFixed(2),
				String(row.mostSeconds ?? ''),
				verdict(row),
			]),
		),
		'',
		'Requests without polling; 150 ms of latency on each. Seconds of a deploy are those beside its build.',
		'',
		line(['on AWS', '', 'calls', 'in turn', 'visitors back', 'seconds', 'at most']),
		...aws.map((row) =>
			line([
				row.command,
				'',
				String(row.calls),
				String(row.inTurn),
				row.switchedSeconds.toFixed(2),
				row.seconds.toFixed(2),
				String(row.mostSeconds),
			]),
		),
		'',
		line(['--help of', 'CPU ms', 'ms']),
		...help.map(({ command, cpuMs, wallMs }) => line([command, cpuMs.toFixed(0), wallMs.toFixed(0)])),
	];
	process.stdout.write(`${lines.join('\n')}\n`);
}

function verdict(row: Row): string {
	if (missesRequests(row)) return 'MISSED';
	return row.mostSeconds !== null && row.seconds > row.mostSeconds ? 'slow here' : '';
}
