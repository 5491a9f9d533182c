import type { IncomingMessage } from 'node:http';

const MOST_BYTES = 4_096;

/** What our page has sent; `null` for anything else, and for more than it ever sends. */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | null> {
	if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return null;
	let text = '';
	for await (const chunk of request.setEncoding('utf8')) {
		text += chunk;
		if (text.length > MOST_BYTES) return null;
	}
	try {
		const json: unknown = JSON.parse(text);
		return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : null;
	} catch {
		return null;
	}
}
