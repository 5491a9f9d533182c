import type { Socket } from 'socket.io';
import type { Link } from '../render/link.ts';
import type { Serialized } from '../wire/serialize.ts';

/** A page that has taken none of so many messages for so long is not reading: what waits for it only fills our memory. */
const MAX_WAITING = 100;
const STUCK_MS = 20_000;

/** One browser's socket. */
export class SocketLink implements Link {
	readonly safeReload: boolean;
	readonly #socket: Socket;
	#waiting = 0;
	#since = 0;

	constructor(socket: Socket) {
		this.safeReload = socket.handshake.auth.__pulse_safe_reload === 1;
		this.#socket = socket;
		// Messages were handed to the network, so those before them have left.
		socket.conn.on('drain', () => {
			this.#waiting = 0;
		});
	}

	send(message: Serialized, onArrived?: () => void): void {
		if (this.#waiting === 0) this.#since = Date.now();
		this.#waiting += 1;
		if (onArrived === undefined) this.#socket.emit('message', message);
		else this.#socket.emit('message', message, onArrived);
		if (this.#waiting > MAX_WAITING && Date.now() - this.#since > STUCK_MS) this.renew();
	}

	drop(): void {
		this.#socket.disconnect(true);
	}

	/** To be told to go is final for a browser; a transport that closes is an accident. */
	renew(): void {
		this.#socket.conn.close(true);
	}
}
