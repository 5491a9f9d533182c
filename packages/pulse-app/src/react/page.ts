import { type ConnectOptions, connect, type PulseClient, type Status } from 'pulse-app/client';

/** What `usePulse` gives. */
export interface PulseState {
	/** `connecting` on a server, and until the page has a connection; `disconnected` beside an `error`. */
	readonly status: Status;
	/** `null` until the server has opened the page's render session. */
	readonly pulse: PulseClient | null;
	/** Why the server could not be reached. `startPulse()`, or the next component that is mounted, tries again. */
	readonly error: Error | null;
}

interface Waiting {
	readonly use: (pulse: PulseClient) => void;
	readonly fail: ((error: Error) => void) | undefined;
}

export const UNCONNECTED: PulseState = { status: 'connecting', pulse: null, error: null };
/** One a page, as its render session is: components come and go, and several roots share it. On a server it never changes. */
let state = UNCONNECTED;
let starting: Promise<PulseClient> | null = null;
const listeners = new Set<() => void>();
const waiting = new Set<Waiting>();

export const isServer = (): boolean => typeof document === 'undefined';

/**
 * Connects the page, once: later calls give the same connection. Hooks do it by themselves; call it before the page is drawn to
 * give it options. Rejects when the server cannot be reached. On a server it does nothing, and never ends.
 *
 * @example
 * import { banner } from 'pulse-app/client/banner';
 * startPulse({ onUpdate: banner() });
 * createRoot(document.getElementById('root')!).render(<Page />);
 */
export function startPulse(options: ConnectOptions = {}): Promise<PulseClient> {
	if (isServer()) return new Promise(() => {});
	starting ??= begin(options);
	return starting;
}

function begin(options: ConnectOptions): Promise<PulseClient> {
	if (state.error) change({ error: null });
	const connecting = connect({
		...options,
		onStatus: (status) => {
			change({ status });
			options.onStatus?.(status);
		},
	});
	connecting.then(
		(pulse) => {
			change({ pulse });
			for (const one of waiting) settle(one, () => one.use(pulse));
		},
		(error: Error) => {
			starting = null;
			change({ status: 'disconnected', error });
			for (const one of waiting) if (one.fail) settle(one, () => one.fail?.(error));
		},
	);
	return connecting;
}

/** Those that wait behind one that fails have their turn all the same. */
function settle(one: Waiting, act: () => void): void {
	waiting.delete(one);
	try {
		act();
	} catch (error) {
		reportError(error);
	}
}

function change(next: Partial<PulseState>): void {
	state = { ...state, ...next };
	for (const listener of listeners) listener();
}

export const currentState = (): PulseState => state;

/** Tells of changes until what it returns is called. Connects the page. */
export function followState(listener: () => void): () => void {
	void startPulse();
	listeners.add(listener);
	return () => void listeners.delete(listener);
}

/**
 * Uses the client now, or once the page is connected, in the order of the calls. `fail`: it cannot be connected; without one it
 * waits on. Returns a function that takes it back.
 */
export function whenConnected(use: Waiting['use'], fail?: Waiting['fail']): () => void {
	const one: Waiting = { use, fail };
	if (state.pulse) use(state.pulse);
	else if (!isServer()) {
		waiting.add(one);
		void startPulse();
	}
	return () => void waiting.delete(one);
}
