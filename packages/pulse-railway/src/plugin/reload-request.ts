import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 1024;
/** No deployment drains for longer than anybody would wait. */
const MAX_WITHIN_SECONDS = 7 * 86_400;

export interface ReloadRequest {
	/** Seconds by when all pages are to be loaded anew; `null`: the caller named no time. */
	readonly within: number | null;
}

/** Reads the body of a reload request: none, or `{"within": seconds}`; `null` for any other. */
export async function readReloadRequest(request: IncomingMessage): Promise<ReloadRequest | null> {
	let text = '';
	// The answer to a body that is too long goes out on the connection that it came by.
	const chunks = request.setEncoding('utf8').iterator({ destroyOnReturn: false }) as AsyncIterable<string>;
	for await (const chunk of chunks) {
		text += chunk;
		if (text.length > MAX_BODY_BYTES) return null;
	}
	if (text.trim() === '') return { within: null };
	const within = withinOf(text);
	const isTime = typeof within === 'number' && within >= 0 && within <= MAX_WITHIN_SECONDS;
	return isTime ? { within } : within === undefined ? { within: null } : null;
}

/** `undefined` where an object does not say; `null` for what is none. */
function withinOf(text: string): unknown {
	try {
		const body: unknown = JSON.parse(text);
		return typeof body === 'object' && body !== null && !Array.isArray(body)
			? (body as { within?: unknown }).within
			: null;
	} catch {
		return null;
	}
}
