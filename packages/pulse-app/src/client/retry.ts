const ATTEMPTS = 6;
const FIRST_WAIT_MS = 250;

/** Repeats a request that a server or a proxy could not answer just now: the page itself was served a moment ago. */
export async function patiently(send: () => Promise<Response>): Promise<Response> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			const response = await send();
			if (attempt === ATTEMPTS || ![502, 503, 504].includes(response.status)) return response;
		} catch (error) {
			if (attempt === ATTEMPTS) throw error;
		}
		await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)));
	}
}
