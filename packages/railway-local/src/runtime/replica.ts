import { describe, type Exit, type ProcessSpec, type RunningProcess } from '../processes/spawn.ts';
import { newId } from '../world/ids.ts';
import type { ServiceSettings } from '../world/model.ts';

export type ReplicaStatus = 'RUNNING' | 'RESTARTING' | 'CRASHED' | 'EXITED' | 'REMOVED';

export interface Replica {
	readonly id: string;
	readonly port: number;
	readonly status: ReplicaStatus;
	readonly pid: number;
	/** Resolves when it will not be started again; never rejects. */
	readonly ended: Promise<Exit>;
	restart(graceMs: number): Promise<void>;
	stop(graceMs: number): Promise<void>;
}

export interface ReplicaSpec {
	/** @param times how often it was started before */
	launch(replicaId: string, times: number, onLine: ProcessSpec['onLine']): RunningProcess;
	readonly port: number;
	readonly policy: Pick<ServiceSettings, 'restartPolicyType' | 'restartPolicyMaxRetries'>;
	/** Pause before the n-th restart, milliseconds. */
	readonly backoff: (attempt: number) => number;
	onLine(text: string, severity: 'info' | 'error', replicaId: string): void;
	/** Does not throw. */
	onChange(): void;
}

/** A run this long makes earlier crashes forgotten. */
const STEADY_MS = 60_000;

/** One process, kept alive by the restart policy (facts §7: ON_FAILURE, 10 retries by default). */
export function startReplica(spec: ReplicaSpec): Replica {
	const id = newId();
	let status: ReplicaStatus = 'RUNNING';
	let process: RunningProcess;
	let stopping = false;
	let wake = () => {};
	let restarting = false;

	const set = (next: ReplicaStatus) => {
		status = next;
		spec.onChange();
	};
	let times = 0;
	const onLine: ProcessSpec['onLine'] = (text, severity) => spec.onLine(text, severity, id);
	const launch = (): RunningProcess => {
		try {
			return spec.launch(id, times++, onLine);
		} catch (error) {
			onLine(`The process could not be started: ${String(error)}`, 'error');
			return { pid: 0, exited: Promise.resolve({ code: 127, signal: null }), stop: async () => {} };
		}
	};

	async function supervise(): Promise<Exit> {
		for (let attempt = 0; ; ) {
			process = launch();
			const startedAt = performance.now();
			const exit = await process.exited;
			if (stopping) {
				set('REMOVED');
				return exit;
			}
			if (restarting) {
				restarting = false;
				continue;
			}
			if (performance.now() - startedAt > STEADY_MS) attempt = 0;
			const failed = exit.code !== 0;
			if (!mayRestart(spec.policy, failed, attempt)) {
				if (failed) spec.onLine(`The process ended with ${describe(exit)} and is not restarted.`, 'error', id);
				set(failed ? 'CRASHED' : 'EXITED');
				return exit;
			}
			attempt += 1;
			spec.onLine(`The process ended with ${describe(exit)}; restart ${attempt}.`, 'error', id);
			set('RESTARTING');
			await new Promise<void>((resolve) => {
				wake = resolve;
				setTimeout(resolve, spec.backoff(attempt));
			});
			if (stopping) {
				set('REMOVED');
				return exit;
			}
			set('RUNNING');
		}
	}

	const ended = supervise();
	return {
		id,
		port: spec.port,
		get status() {
			return status;
		},
		get pid() {
			return process.pid;
		},
		ended,
		async restart(graceMs) {
			if (status !== 'RUNNING') return;
			restarting = true;
			await process.stop(graceMs);
		},
		async stop(graceMs) {
			stopping = true;
			wake();
			await process.stop(graceMs);
			await ended;
		},
	};
}

function mayRestart(policy: ReplicaSpec['policy'], failed: boolean, attempt: number): boolean {
	if (policy.restartPolicyType === 'NEVER') return false;
	if (policy.restartPolicyType === 'ALWAYS') return true;
	return failed && attempt < policy.restartPolicyMaxRetries;
}
