import type { Socket } from 'node:net';
import type { Upstream } from './claim.ts';
import type { ForwardContext } from './context.ts';
import { closeFrame, FrameBoundary } from './frame-boundary.ts';
import { writeCopy } from './write-copy.ts';

/** Whoever has ended waits this long for the other side to end as well. */
const HALF_CLOSED_MS = 10_000;

/** An open websocket: bytes pass both ways untouched, and the end of either side ends the other. */
export class Tunnel {
	readonly #client: Socket;
	readonly #backend: Socket;
	readonly #upstream: Upstream;
	readonly #context: ForwardContext;
	readonly #toClient = new FrameBoundary();
	#closing: Buffer | null = null;
	#closeSent = false;
	#open = 2;
	#deadline: NodeJS.Timeout | null = null;

	constructor(client: Socket, backend: Socket, upstream: Upstream, context: ForwardContext) {
		this.#client = client;
		this.#backend = backend;
		this.#upstream = upstream;
		this.#context = context;
		context.tunnels.add(this);
		client.on('drain', () => backend.resume());
		backend.on('drain', () => client.resume());
		this.#endTogether(client, backend);
		this.#endTogether(backend, client);
	}

	/** `chunk` is valid only during the call. */
	onClientData(chunk: Buffer): void {
		this.#upstream.bytesIn += chunk.length;
		if (!writeCopy(this.#backend, chunk)) this.#client.pause();
	}

	/** `chunk` is valid only during the call. */
	onBackendData(chunk: Buffer): void {
		// Nothing may follow a close frame: what the backend still says is read and dropped.
		if (this.#closeSent) return;
		let passed = chunk;
		if (this.#closing === null) this.#toClient.advance(chunk);
		else passed = chunk.subarray(0, this.#toClient.finishFrame(chunk));
		this.#upstream.bytesOut += passed.length;
		if (!writeCopy(this.#client, passed)) this.#backend.pause();
		this.#sendClose();
	}

	/** Tells the client to come back elsewhere, between two frames; its answering close ends both sides. */
	closeWith(code: number, reason: string): void {
		this.#closing ??= closeFrame(code, reason);
		this.#sendClose();
	}

	destroy(): void {
		this.#client.destroy();
		this.#backend.destroy();
	}

	#sendClose(): void {
		if (this.#closing === null || this.#closeSent || !this.#toClient.between) return;
		this.#closeSent = true;
		if (this.#client.writable) this.#client.write(this.#closing);
		this.#backend.resume();
	}

	#endTogether(one: Socket, other: Socket): void {
		one.on('error', () => other.destroy());
		one.on('end', () => this.#endSoon(other));
		one.on('close', () => {
			this.#endSoon(other);
			this.#open--;
			if (this.#open > 0) return;
			if (this.#deadline !== null) clearTimeout(this.#deadline);
			this.#context.tunnels.delete(this);
			this.#context.upstreams.releaseSocket(this.#upstream);
		});
	}

	#endSoon(other: Socket): void {
		if (!other.destroyed) other.end();
		this.#deadline ??= setTimeout(() => this.destroy(), HALF_CLOSED_MS);
	}
}
