import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';

export interface Beat {
	readonly deployment: string;
	readonly pid: number;
	readonly fence: number;
	/** By the clock of the judge, milliseconds. */
	readonly at: number;
}

/** What work writes to, as it should be: it refuses a fence lower than one that it has seen. */
export class Judge {
	readonly port: number;
	/** The last that counted. */
	last: Beat | null = null;
	/** Of processes that did not know yet that they were not the one. */
	refused = 0;
	/** How many terms there were. */
	terms = 0;
	/** Fences that two processes had. */
	readonly shared: string[] = [];
	#longestMs = 0;
	readonly #close: () => void;

	private constructor(port: number, close: () => void) {
		this.port = port;
		this.#close = close;
	}

	static async open(): Promise<Judge> {
		const server = createServer((socket) => {
			socket.on('error', () => {});
			createInterface(socket).on('line', (line) => judge.#hear(line));
		});
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const judge = new Judge((server.address() as AddressInfo).port, () => server.close());
		return judge;
	}

	/** The longest time in which no process ran it, until now, in milliseconds. */
	longestMs(): number {
		const sinceLast = this.last === null ? 0 : performance.now() - this.last.at;
		return Math.max(this.#longestMs, sinceLast);
	}

	/** Forgets how long no process ran it. */
	startAnew(): void {
		this.#longestMs = 0;
	}

	close(): void {
		this.#close();
	}

	#hear(line: string): void {
		const [deployment = '', pid, fence] = line.split(' ');
		const beat = { deployment, pid: Number(pid), fence: Number(fence), at: performance.now() };
		const { last } = this;
		if (last !== null && beat.fence < last.fence) {
			this.refused += 1;
			return;
		}
		if (last !== null && beat.fence === last.fence && beat.pid !== last.pid) this.shared.push(line);
		if (last !== null) this.#longestMs = Math.max(this.#longestMs, beat.at - last.at);
		if (beat.fence !== last?.fence) this.terms += 1;
		this.last = beat;
	}
}
