import type { Socket } from 'socket.io';
import type { Link } from '../render/render-session.ts';

/** A page that has taken none of so many messages for so long is not reading: what waits for it only fills our memory. */
const MAX_WAITING = 100;
const STUCK_MS = 20_000;

/** One browser's socket. */
export function createLink(socket: Socket): Link {
	const safeReload = socket.handshake.auth.__pulse_safe_reload === 1;
	const { conn } = socket;
	let waiting = 0;
	let since = 0;
	// Messages were handed to the network, so those before them have left.
	conn.on('drain', () => {
		waiting = 0;
	});
	// To be told to go is final for a browser; a transport that closes is an accident.
	const renew = () => conn.close(true);
	return {
		safeReload,
		send: (message, onArrived) => {
			if (waiting === 0) since = Date.now();
			waiting += 1;
			if (onArrived === undefined) socket.emit('message', message);
			else socket.emit('message', message, onArrived);
			if (waiting > MAX_WAITING && Date.now() - since > STUCK_MS) renew();
		},
		drop: () => socket.disconnect(true),
		renew,
	};
}
