/** What a body in chunks holds, as much of it as there is. */
export function unchunked(body: Buffer): Buffer {
	const pieces: Buffer[] = [];
	for (let at = 0; at < body.length; ) {
		const lineEnd = body.indexOf('\r\n', at);
		const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
		if (!(size > 0)) break;
		pieces.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
		at = lineEnd + 4 + size;
	}
	return Buffer.concat(pieces);
}
