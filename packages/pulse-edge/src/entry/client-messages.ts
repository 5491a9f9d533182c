import type { Socket } from 'node:net';

/** A client's request as routing and forwarding need it: Node's own, or one that arrived whole. */
export interface ClientRequest {
	readonly method?: string | undefined;
	readonly url?: string | undefined;
	readonly httpVersion: string;
	readonly httpVersionMajor: number;
	readonly httpVersionMinor: number;
	readonly rawHeaders: string[];
	readonly rawTrailers: string[];
	readonly socket: Socket;
	readonly complete: boolean;
	on(name: 'data', listener: (chunk: Buffer) => void): unknown;
	on(name: 'end' | 'close', listener: () => void): unknown;
	pause(): unknown;
	resume(): unknown;
	isPaused(): boolean;
}

/** The answer to it, in Node's words. */
export interface ClientResponse {
	readonly statusCode: number;
	shouldKeepAlive: boolean;
	readonly req: Pick<ClientRequest, 'httpVersion'>;
	/** `null` once nothing of it is owed to the connection any more, or while another's turn lasts. */
	readonly socket: Socket | null;
	readonly headersSent: boolean;
	readonly destroyed: boolean;
	on(name: 'close', listener: () => void): unknown;
	once(name: 'drain', listener: () => void): unknown;
	/** See `WholeResponse`. */
	sendWhole(status: number, text: string): boolean;
	writeContinue(): void;
	writeHead(status: number, reason: string, headers: string[]): unknown;
	flushHeaders(): void;
	write(chunk: Buffer, written?: () => void): boolean;
	addTrailers(trailers: [string, string][]): void;
	end(): unknown;
	end(text: string, encoding: 'latin1' | 'utf8'): unknown;
}
