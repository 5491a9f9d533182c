import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 1024;
/** No deployment drains for longer than anybody would wait. */
const MAX_WITHIN_SECONDS = 7 * 86_400;

export interface ReloadRequest {
	/** Seconds by when all pages are to be loaded anew; `never`: they may stay; `null`: the caller named no time. */
	readonly within: number | 'never' | null;
}

/** Reads the body of a reload request: none, or `{"within": seconds}`, or `{"within": null}`; `null` for any other. */
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
	if (within === null) return { within: 'never' };
	return isTime ? { within } : within === undefined ? { within: null } : null;
}

/** `undefined` where an object does not say; not a number for what is none. */
function withinOf(text: string): unknown {
	try {
		const body: unknown = JSON.parse(text);
		return typeof body === 'object' && body !== null && !Array.isArray(body)
			? (body as { within?: unknown }).within
			: Number.NaN;
	} catch {
		return Number.NaN;
	}
}
