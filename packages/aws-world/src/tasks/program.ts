import type { TaskNetwork } from './task-network.ts';

export interface TaskStart {
	/** What the containers of its task have in common. */
	readonly network: TaskNetwork;
	/** The container's whole environment. */
	readonly env: Readonly<Record<string, string>>;
	/** One line of its output. */
	onLine(line: string): void;
}

/** A container that has been started. */
export interface RunningTask {
	/** `<address>:<port>`, of this machine: where its container port really is. */
	readonly address: string;
	/** Resolves when it accepts connections, or has ended. Nothing but the clock waits for it. */
	readonly ready: Promise<void>;
	/** The exit code; 128 + n when a signal ended it. */
	readonly exit: Promise<number>;
	stop(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** What an image runs. Start failures reject: the container could not be created. */
export interface TaskProgram {
	start(task: TaskStart): Promise<RunningTask>;
}
