import type { IncomingMessage } from 'node:http';

/** The body is larger than the endpoint accepts. */
export class BodyTooLargeError extends Error {}

export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > limitBytes) throw new BodyTooLargeError(`more than ${limitBytes} bytes`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
