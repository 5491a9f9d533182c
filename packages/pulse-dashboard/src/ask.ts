import { createParser } from 'eventsource-parser';

/** What the server of this page is asked, always with the token. */
export interface Server {
	/** Follows a stream of events until it ends; rejects with `denied` where the token is not (or no longer) right. */
	follow(path: string, onEvent: (event: string, data: unknown) => void, signal: AbortSignal): Promise<void>;
	/** The status. */
	post(path: string, body: unknown): Promise<number>;
}

export class DeniedError extends Error {
	override readonly name = 'DeniedError';
}

export function serverWith(token: string): Server {
	const headers = { authorization: `Bearer ${token}` };
	return {
		async follow(path, onEvent, signal) {
			const response = await fetch(path, { headers, signal, cache: 'no-store' });
			if (response.status === 401 || response.status === 403) throw new DeniedError();
			if (!response.ok || response.body === null) throw new Error(`it answered ${response.status}`);
			const parser = createParser({
				onEvent: ({ event = 'message', data }) => onEvent(event, JSON.parse(data)),
			});
			const text = new TextDecoder();
			const reader = response.body.getReader();
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return;
				parser.feed(text.decode(value, { stream: true }));
			}
		},
		async post(path, body) {
			const response = await fetch(path, {
				method: 'POST',
				headers: { ...headers, 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			return response.status;
		},
	};
}
