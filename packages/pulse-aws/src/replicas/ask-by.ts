import { type ClientRequest, type RequestOptions, request } from 'node:http';
import type { Socket } from 'node:net';

/** Begins a request by this connection, which is closed where Node refuses the head: no other code knows of it. */
export function askBy(by: Socket, options: RequestOptions): ClientRequest {
	try {
		return request({ ...options, createConnection: () => by });
	} catch (error) {
		by.destroy();
		throw error;
	}
}
