import type { ClientMessage, ServerMessage } from '../wire/messages.ts';

export type ApiResult = ClientMessage & { readonly type: 'api_result' };

/** Makes the request that the server asks this browser for, e.g. to fetch new cookies, and reports its result. */
export async function performApiCall(
	call: ServerMessage & { readonly type: 'api_call' },
	send: typeof fetch,
): Promise<ApiResult> {
	try {
		const text = call.body == null || typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
		// Throws for a name or value that no header can have.
		const headers = new Headers(call.headers);
		if (call.body != null && !headers.has('content-type')) headers.set('content-type', 'application/json');
		const response = await send(call.url, {
			method: call.method || 'GET',
			headers,
			credentials: call.credentials,
			...(text == null ? {} : { body: text as string }),
		});
		const json = response.headers.get('content-type')?.includes('application/json') ?? false;
		const body: unknown = await (json ? response.json() : response.text()).catch(() => null);
		const answer = { ok: response.ok, status: response.status, headers: Object.fromEntries(response.headers), body };
		return { type: 'api_result', id: call.id, ...answer };
	} catch (error) {
		return { type: 'api_result', id: call.id, ok: false, status: 0, headers: {}, body: { error: String(error) } };
	}
}
