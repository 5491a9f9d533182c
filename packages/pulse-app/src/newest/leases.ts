/**
 * Who decides which process may run what `app.whenNewest` was given: of all processes of all deployments at most one holds
 * the lease at a time, and only one of the newest deployment is granted it. A plugin brings this, for its platform.
 */
export interface NewestLeases {
	/** How long one question may take, in milliseconds; then it is asked anew. */
	readonly askWithinMs: number;
	/**
	 * Asks for the lease, or for more time where this process has it. Rejects where the platform does not answer, with a
	 * message for people: it is logged once.
	 */
	ask(signal: AbortSignal): Promise<LeaseAnswer>;
	/** Gives it back where this process has it. Safe to repeat. */
	release(signal: AbortSignal): Promise<void>;
}

/** Whether this process has the lease. */
export type LeaseAnswer = HeldLease | OtherLease;

/** This process has it. */
export interface HeldLease {
	readonly held: true;
	/** False once a newer deployment is active: the lease is kept while work ends, then given back. */
	readonly newest: boolean;
	/** Grows with every grant, and stays while the lease is held. */
	readonly fence: number;
	/** Milliseconds for which it is held, from the moment of the question. */
	readonly forMs: number;
	/** Milliseconds until the next question. */
	readonly askInMs: number;
}

/** Another process has it, or it is for another deployment. */
export interface OtherLease {
	readonly held: false;
	readonly askInMs: number;
}

const ALONE_ASKS_MS = 60_000;

/** Without a platform this process is the only one. The fence is the time in milliseconds, so that it grows over restarts too. */
export function aloneLeases(now: () => number): NewestLeases {
	let fence = 0;
	return {
		askWithinMs: ALONE_ASKS_MS,
		async ask() {
			if (fence === 0) fence = now();
			return { held: true, newest: true, fence, forMs: Number.POSITIVE_INFINITY, askInMs: ALONE_ASKS_MS };
		},
		async release() {
			fence = 0;
		},
	};
}

/** What the deploy tools tell their deployments. */
const PLATFORM_VARIABLES = ['PULSE_DEPLOYMENT_ID', 'PULSE_AWS_DEPLOYMENT_ID'];

/**
 * Those of the first plugin that brings some; alone where there is no platform. On a platform whose plugin brings none every
 * replica would take itself for the only one: there nothing is ever granted.
 */
export function chooseLeases(
	plugins: readonly { newestLeases?(): NewestLeases | null }[],
	env: Readonly<Record<string, string | undefined>>,
	now: () => number,
): NewestLeases {
	for (const plugin of plugins) {
		const leases = plugin.newestLeases?.() ?? null;
		if (leases !== null) return leases;
	}
	return PLATFORM_VARIABLES.some((name) => env[name]?.trim()) ? nobodyTells() : aloneLeases(now);
}

function nobodyTells(): NewestLeases {
	const why =
		'no plugin of this app can tell: add RailwayPlugin or AWSECSPlugin, or update pulse-railway or pulse-aws beside pulse-app';
	return {
		askWithinMs: ALONE_ASKS_MS,
		ask: () => Promise.reject(new Error(why)),
		release: async () => {},
	};
}
