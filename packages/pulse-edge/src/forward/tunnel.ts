import type { Socket } from 'node:net';
import type { Upstream } from './claim.ts';
import type { ForwardContext } from './context.ts';
import { closeFrame, FrameBoundary } from './frame-boundary.ts';
import { askWhetherGone, HALF_CLOSED_MS } from './half-closed.ts';
import { countEnd, type Sample } from './samples.ts';
import { writeCopy } from './write-copy.ts';

export interface TunnelEnds {
	readonly client: Socket;
	readonly backend: Socket;
	readonly upstream: Upstream;
	/** Where its end is counted. */
	readonly sample: Sample | null;
}

/** An open websocket: bytes pass both ways untouched, and the end of either side ends the other. */
export class Tunnel {
	readonly #client: Socket;
	readonly #backend: Socket;
	readonly #upstream: Upstream;
	readonly #context: ForwardContext;
	readonly #sample: Sample | null;
	/** The side that ended first. */
	#ended: Socket | null = null;
	readonly #toClient = new FrameBoundary();
	#closing: Buffer | null = null;
	#closeSent = false;
	#open = 2;
	#deadline: NodeJS.Timeout | null = null;
	readonly #giveUp = () => this.destroy();

	constructor({ client, backend, upstream, sample }: TunnelEnds, context: ForwardContext) {
		this.#client = client;
		this.#backend = backend;
		this.#upstream = upstream;
		this.#sample = sample;
		this.#context = context;
		context.tunnels.add(this);
		client.on('drain', () => this.#goOn(client, backend));
		backend.on('drain', () => this.#goOn(backend, client));
		this.#endTogether(client, backend);
		this.#endTogether(backend, client);
		// It ended its side while the handshake was under way. What it said before that is written first.
		if (client.readableEnded) process.nextTick(() => this.#endSoon(backend));
	}

	/** `chunk` is valid only during the call. */
	onClientData(chunk: Buffer): void {
		this.#upstream.bytesIn += chunk.length;
		if (!writeCopy(this.#backend, chunk)) this.#wait(this.#backend, this.#client);
	}

	/** `chunk` is valid only during the call. */
	onBackendData(chunk: Buffer): void {
		// Nothing may follow a close frame: what the backend still says is read and dropped.
		if (this.#closeSent) return;
		let passed = chunk;
		if (this.#closing === null) this.#toClient.advance(chunk);
		else passed = chunk.subarray(0, this.#toClient.finishFrame(chunk));
		this.#upstream.bytesOut += passed.length;
		if (!writeCopy(this.#client, passed)) this.#wait(this.#client, this.#backend);
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

	/** For the sweep: who is not read, because the other side takes nothing, is not heard to leave. */
	askWhetherGone(): void {
		askWhetherGone(this.#client, this.#context.nodeInternals);
		askWhetherGone(this.#backend, this.#context.nodeInternals);
	}

	/** `slow` is to take what it was written. A side that takes nothing for too long is as good as gone. */
	#wait(slow: Socket, other: Socket): void {
		if (other.isPaused()) return;
		other.pause();
		slow.setTimeout(this.#context.idleTimeoutMs, this.#giveUp);
	}

	#goOn(slow: Socket, other: Socket): void {
		slow.setTimeout(0, this.#giveUp);
		other.resume();
	}

	#sendClose(): void {
		if (this.#closing === null || this.#closeSent || !this.#toClient.between) return;
		this.#closeSent = true;
		if (this.#client.writable) this.#client.write(this.#closing);
		this.#backend.resume();
	}

	#endTogether(one: Socket, other: Socket): void {
		one.on('error', () => other.destroy());
		one.on('end', () => {
			this.#ended ??= one;
			this.#endSoon(other);
		});
		one.on('close', () => {
			this.#ended ??= one;
			this.#endSoon(other);
			this.#open--;
			if (this.#open > 0) return;
			if (this.#deadline !== null) clearTimeout(this.#deadline);
			this.#context.tunnels.delete(this);
			countEnd(this.#sample, this.#wasDropped);
			this.#context.upstreams.releaseSocket(this.#upstream);
		});
	}

	/** Its backend went without a word; neither a close frame nor this edge has said that it would. */
	get #wasDropped(): boolean {
		return this.#ended === this.#backend && this.#closing === null && !this.#toClient.closed;
	}

	#endSoon(other: Socket): void {
		if (!other.destroyed) other.end();
		this.#deadline ??= setTimeout(() => this.destroy(), HALF_CLOSED_MS);
	}
}
