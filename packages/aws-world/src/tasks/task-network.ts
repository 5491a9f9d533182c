import { randomInt } from 'node:crypto';
import { freePort } from './free-port.ts';

/** The containers of a task share loopback: a port of theirs is a free port of this machine, the same one for all of them. */
export interface TaskNetwork {
	/** As AWS shows it, and, where {@link HAS_OWN_ADDRESSES}, where a program that listens on it is reached by other tasks. */
	readonly address: string;
	port(containerPort: number): Promise<number>;
}

/** Linux and Windows answer to every address of 127.0.0.0/8, macOS to the first alone. */
export const HAS_OWN_ADDRESSES = process.platform !== 'darwin';

/** At random, because other tests on this machine have tasks, too. */
export function taskAddress(): string {
	return `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
}

export function taskNetwork(address: string): TaskNetwork {
	const ports = new Map<number, Promise<number>>();
	return {
		address,
		port(containerPort) {
			const known = ports.get(containerPort) ?? freePort();
			ports.set(containerPort, known);
			return known;
		},
	};
}
