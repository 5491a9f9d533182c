import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from 'pulse-deploy-kit/clock';
import type { WorldClock } from '../clock/world-clock.ts';
import { errorOf, type Fault, hits } from './fault.ts';
import type { AllHandlers, CallName } from './handlers.ts';
import type { Aws, BaselineDeployer } from './port.ts';
import { type CallRecord, Trace } from './trace.ts';

export interface ConnectOptions {
	readonly faults?: readonly Fault[];
	/** Runs when a call has arrived and has not changed anything yet. */
	readonly before?: (record: CallRecord) => void | Promise<void>;
	/** Runs when a call has taken effect and its answer has not been given yet. */
	readonly after?: (record: CallRecord) => void | Promise<void>;
	/** Suspends the caller as SIGSTOP would, in its call of this index, until the promise resolves. */
	readonly suspend?: Suspension;
	/** Real milliseconds a call takes. Default 0: one turn of the event loop. */
	readonly latencyMs?: number;
}

export interface Suspension {
	readonly index: number;
	/**
	 * Whether the call takes effect before the caller sleeps (`after`), or when it wakes: it arrives late (`before`), or was
	 * lost, and the SDK sends it again unless it was given up by then (`lost`).
	 */
	readonly when: 'before' | 'after' | 'lost';
	until(): Promise<void>;
}

/** One caller of the world (a CLI run, a reaper run), with its own faults and its own trace. */
export interface AwsCaller {
	readonly aws: Aws;
	readonly baseline: BaselineDeployer;
	/** The world's time; once the caller was killed, its sleeps never end. */
	readonly clock: Clock;
	readonly trace: Trace;
	/** Ends every call and sleep of this caller, as SIGKILL would: what has taken effect stays. */
	kill(): void;
	readonly killed: Promise<void>;
}

export interface Reachable {
	readonly handlers: AllHandlers;
	readonly region: string;
	readonly clock: WorldClock;
	baseline(clock: Clock): BaselineDeployer;
}

/** Real ms for which a call (and a hook in it) keeps time still. */
const CALL_PATIENCE_MS = 5_000;
const METADATA = { httpStatusCode: 200, requestId: '00000000-0000-4000-8000-000000000000', attempts: 1 };

export function connect({ handlers, region, clock, baseline }: Reachable, options: ConnectOptions = {}): AwsCaller {
	const trace = new Trace();
	const death = new AbortController();
	const killed = new Promise<void>((resolve) => {
		death.signal.addEventListener('abort', () => resolve(), { once: true });
	});

	let asleep: Promise<void> | undefined;
	let fallAsleep = () => {};
	const sleeping = new Promise<void>((resolve) => {
		fallAsleep = resolve;
	});
	async function suspended(at: Suspension['when'], { index }: CallRecord): Promise<boolean> {
		if (options.suspend?.index !== index || options.suspend.when !== at) return false;
		fallAsleep();
		asleep = options.suspend.until();
		await asleep;
		asleep = undefined;
		return true;
	}

	/** Throws as the fault asks; a killed caller never hears of the call again. */
	async function perform<T>(
		call: CallName,
		input: unknown,
		work: () => T | Promise<T>,
		signal?: AbortSignal,
	): Promise<T> {
		const record = trace.start(call, structuredClone(input), clock.now());
		const fault = options.faults?.find((candidate) => hits(candidate, call, trace.count(call), record.index));
		await (options.latencyMs ? delay(options.latencyMs) : nextTurn());
		await options.before?.(record);
		await suspended('before', record);
		if (await suspended('lost', record)) signal?.throwIfAborted();
		if (fault?.kind === 'kill-before') death.abort();
		if (death.signal.aborted) return never();
		try {
			if (fault && fault.kind !== 'lost-answer' && fault.kind !== 'kill-after') throw errorOf(fault.kind, call);
			const output = await work();
			if (fault?.kind === 'lost-answer') throw errorOf(fault.kind, call);
			record.outcome = 'ok';
			return output;
		} catch (error) {
			record.outcome = (error as Error).name;
			throw error;
		} finally {
			await suspended('after', record);
			await options.after?.(record);
			if (fault?.kind === 'kill-after') death.abort();
		}
	}

	/** Unless the caller is dead by the time of the answer. */
	const alive = async <T>(work: Promise<T>): Promise<T> => {
		try {
			const result = await work;
			await asleep;
			return death.signal.aborted ? never() : result;
		} catch (error) {
			await asleep;
			return death.signal.aborted ? never() : Promise.reject(error);
		}
	};

	const method =
		(call: CallName, handler: (input: object) => object) =>
		async (input: object = {}, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
			if (death.signal.aborted) return never();
			abortSignal?.throwIfAborted();
			// Copies both ways: no caller shares an object with AWS.
			const work = perform(call, input, () => structuredClone(handler(structuredClone(input))), abortSignal);
			void clock.hold(Promise.race([work.catch(() => {}), killed, sleeping]), CALL_PATIENCE_MS);
			return { ...(await alive(abortable(work, abortSignal))), $metadata: METADATA };
		};
	const services = Object.fromEntries(
		Object.entries(handlers).map(([service, methods]) => [
			service,
			Object.fromEntries(
				Object.entries(methods).map(([name, handler]) => [
					name,
					method(`${service}.${name}` as CallName, handler as (input: object) => object),
				]),
			),
		]),
	);

	const ownClock: Clock = {
		now: () => clock.now(),
		sleep: async (ms, signal) => {
			if (death.signal.aborted) return never();
			await alive(clock.sleep(ms, signal ? AbortSignal.any([signal, death.signal]) : death.signal));
		},
	};
	const deployer = baseline(ownClock);
	return {
		aws: { region, ...services } as unknown as Aws,
		baseline: {
			version: deployer.version,
			check: deployer.check,
			deploy: (request, signal) => alive(perform('baseline.deploy', request, () => deployer.deploy(request, signal))),
		},
		clock: ownClock,
		trace,
		kill: () => death.abort(),
		killed,
	};
}

const never = () => new Promise<never>(() => {});

/** A call given up by an aborted signal may still take effect. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return work;
	let onAbort = () => {};
	const aborted = new Promise<never>((_resolve, reject) => {
		onAbort = () => reject(signal.reason);
		signal.addEventListener('abort', onAbort, { once: true });
	});
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}
