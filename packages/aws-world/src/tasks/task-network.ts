import { freePort } from './free-port.ts';

/** The containers of a task share loopback: a port of theirs is a free port of this machine, the same one for all of them. */
export interface TaskNetwork {
	port(containerPort: number): Promise<number>;
}

export function taskNetwork(): TaskNetwork {
	const ports = new Map<number, Promise<number>>();
	return {
		port(containerPort) {
			const known = ports.get(containerPort) ?? freePort();
			ports.set(containerPort, known);
			return known;
		},
	};
}
