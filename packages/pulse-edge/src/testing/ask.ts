import { type IncomingHttpHeaders, request } from 'node:http';

export interface Asked {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

export interface AskOptions {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string | string[]>>;
	readonly body?: string;
}

/** One request with exactly these headers, as no `fetch` would send it. */
export function ask(
	port: number,
	path: string,
	{ method = 'GET', headers = {}, body = '' }: AskOptions = {},
): Promise<Asked> {
	return new Promise((resolve, reject) => {
		const sent = request(
			{ port, host: '127.0.0.1', path, method, headers: { host: 'app.test', ...headers } },
			(response) => {
				const pieces: Buffer[] = [];
				response.on('data', (piece: Buffer) => pieces.push(piece));
				response.on('error', reject);
				response.on('end', () => {
					resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces).toString() });
				});
			},
		);
		sent.on('error', reject);
		sent.end(body);
	});
}

/** What a browser says when it goes somewhere. */
export const DOCUMENT = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', accept: 'text/html,*/*;q=0.8' };
