import type { IncomingMessage } from 'node:http';
import { readBody } from './body.ts';

/** Files included. */
const MULTIPART_BYTES = 32 * 1024 * 1024;
const URLENCODED_BYTES = 2 * 1024 * 1024;
/** Parsing happens in one go, while every other user of this process waits: a body must not be many times its size in work. */
const MAX_FIELDS = 10_000;
const MAX_PART_HEAD_BYTES = 16 * 1024;

/** `null` for what is no form, or has too many fields. Throws `BodyTooLargeError`. */
export async function parseForm(request: IncomingMessage): Promise<FormData | null> {
	const type = request.headers['content-type'] ?? '';
	if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
		const body = await readBody(request, URLENCODED_BYTES);
		return count(body, '&') < MAX_FIELDS ? parse(body, type) : null;
	}
	const boundary = /^multipart\/form-data\s*;(?:[^"]*;)?\s*boundary=(?:"([^"\\]{1,70})"|([^\s;"]{1,70}))/i.exec(type);
	if (boundary === null) return null;
	const name = (boundary[1] ?? boundary[2]) as string;
	const body = await readBody(request, MULTIPART_BYTES);
	// Named again, so that what was counted is what is parsed.
	return isCheap(body, `--${name}`) ? parse(body, `multipart/form-data; boundary="${name}"`) : null;
}

function parse(body: Buffer, type: string): Promise<FormData | null> {
	return new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => null);
}

function isCheap(body: Buffer, boundary: string): boolean {
	let parts = 0;
	for (let at = body.indexOf(boundary); at !== -1; at = body.indexOf(boundary, at + boundary.length)) {
		parts += 1;
		const head = body.subarray(at, at + boundary.length + MAX_PART_HEAD_BYTES);
		const isLast = head.subarray(boundary.length, boundary.length + 2).toString() === '--';
		if (parts > MAX_FIELDS + 1 || (!isLast && !head.includes('\r\n\r\n'))) return false;
	}
	return true;
}

function count(body: Buffer, separator: string): number {
	let found = 0;
	for (let at = body.indexOf(separator); at !== -1; at = body.indexOf(separator, at + 1)) found += 1;
	return found;
}
