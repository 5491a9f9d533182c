export interface Row {
	readonly scenario: string;
	readonly peer: string;
	/** For each operation, or each MB of a download. */
	readonly cpuMicroseconds?: number;
	readonly perSecond?: number;
	readonly p50Ms?: number;
	readonly p99Ms?: number;
	readonly kilobytesPerSocket?: number;
	readonly failures: number;
}

/** A table on stdout; the factor is to nginx in the same scenario, or to the first row where nginx takes no part. */
export function printTable(rows: readonly Row[], missing: readonly string[]): void {
	const lines: string[] = [];
	for (const scenario of new Set(rows.map((row) => row.scenario))) {
		const own = rows.filter((row) => row.scenario === scenario);
		const base = own.find((row) => row.peer === 'nginx') ?? own[0]!;
		lines.push(
			'',
			scenario,
			`${pad('', 24)}${['cpu µs', '×', 'per second', 'p50 ms', 'p99 ms', 'KB/socket', 'failed'].map((title) => title.padStart(11)).join('')}`,
		);
		for (const row of own) {
			const cost = row.cpuMicroseconds ?? row.kilobytesPerSocket;
			const baseCost = base.cpuMicroseconds ?? base.kilobytesPerSocket;
			const factor = cost && baseCost ? (cost / baseCost).toFixed(2) : '';
			const cells = [
				number(row.cpuMicroseconds, 1),
				factor,
				number(row.perSecond, 0),
				number(row.p50Ms, 2),
				number(row.p99Ms, 2),
				number(row.kilobytesPerSocket, 1),
				String(row.failures),
			];
			lines.push(pad(row.peer, 24) + cells.map((cell) => cell.padStart(11)).join(''));
		}
	}
	if (missing.length > 0) lines.push('', `not on this machine: ${missing.join('; ')}`);
	process.stdout.write(`${lines.join('\n')}\n`);
}

function number(value: number | undefined, digits: number): string {
	return value === undefined ? '' : value.toFixed(digits);
}

function pad(text: string, width: number): string {
	return text.padEnd(width);
}
