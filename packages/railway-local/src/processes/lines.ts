import type { Readable } from 'node:stream';

/** A longer line is handed on in pieces, so that output without line ends cannot fill the memory. */
const MAX_LINE = 16 * 1024;

/** Calls back for each line of a stream; a last one without its end counts. */
export function eachLine(stream: Readable, onLine: (line: string) => void): void {
	let rest = '';
	stream.setEncoding('utf8');
	stream.on('data', (chunk: string) => {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
		while (rest.length > MAX_LINE) {
			onLine(rest.slice(0, MAX_LINE));
			rest = rest.slice(MAX_LINE);
		}
	});
	stream.on('end', () => {
		if (rest !== '') onLine(rest);
	});
	stream.on('error', () => {});
}
