import type { Clock } from 'pulse-deploy-kit/clock';

export interface Timer {
	cancel(): void;
}

/** The time of an emulated world. Callers `sleep`; the world itself uses `after`, which never makes time pass. */
export interface WorldClock extends Clock {
	after(ms: number, run: () => void): Timer;
	/** Time stands still while real work (a socket, a process) is under way, for at most `patienceMs` real ms. */
	hold<T>(work: Promise<T>, patienceMs: number): Promise<T>;
	/** Drops every timer and sleeper: the world is over. */
	stop(): void;
}
