import type { FaultInjector } from './api/faults.ts';

/** Of one local platform. */
export interface LocalPlatformOptions {
	/** Everything the platform keeps: state, uploads, logs. Created with mode 0700. */
	readonly dir: string;
	/** Of the machine; only basics such as PATH, HOME, TMPDIR and npm's settings are taken from it. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Port of the API on 127.0.0.1. Default 0: the remembered one, else any free one. */
	readonly port?: number;
	/** An existing `node_modules` that is linked into builds instead of `npm ci`. Default none. */
	readonly nodeModules?: string;
	/** Runs in place of the RUN lines of Dockerfiles; an empty one leaves them out. Default: the lines themselves. */
	readonly buildCommand?: string;
	/** Builds and runs the real image of an upload that has a Dockerfile, by Docker or Podman. Default false: a process. */
	readonly containers?: boolean;
	/** Commands that services find on their PATH: name to Node script. Default: none, and the images of router and janitor cannot run. */
	readonly commands?: Readonly<Record<string, string>>;
	/** `server` wants `redis-server`, `sqlite` never uses it. Default `auto`: a server when the machine has one. */
	readonly redis?: 'auto' | 'server' | 'sqlite';
	/** Default: the clock of the machine. Unix milliseconds. */
	readonly now?: () => number;
	readonly behaviour?: Partial<Behaviour>;
	/** Told what fails while no request waits for it, e.g. a folder that cannot be removed. Default: not told. */
	readonly report?: (text: string) => void;
}

/** How the platform behaves. Defaults are quick and kind; tests make it slow, stale and faulty. */
export interface Behaviour {
	/** Added to every API answer, milliseconds. Default 0. */
	readonly latencyMs: number;
	/** Time a deployment spends in each passing status, milliseconds. Default 40. */
	readonly transitionMs: number;
	/** Largest page that a list gives, whatever `first` asks. Default 50. */
	readonly pageSize: number;
	/** Queries see the state of this many milliseconds ago. Default 0. */
	readonly staleReadsMs: number;
	/**
	 * Requests a token may make. Default 10,000 an hour, as on Pro, and no limit a second: there it is 50 (facts §1.3), which
	 * no client reaches one request after the other, while answers from here take milliseconds. 0 is off.
	 */
	readonly rateLimit: { readonly perHour: number; readonly perSecond: number };
	/** Requests a second to `/graphql/v2` without a query string, above which the edge answers 1015. Default 0, off: answers take milliseconds here, and any client that asks one after the other would meet Railway's 10. */
	readonly edgeLimit: number;
	/** Largest upload, bytes; beyond it 413. Default 500 MB. */
	readonly maxUploadBytes: number;
	/** Root fields that a kind of token may not use: there is no published matrix (facts §1.2). Default none. */
	readonly forbidden: Partial<Record<'account' | 'workspace' | 'project', readonly string[]>>;
	/** What stands in place of values in `environment.config`, decrypted or not: `null`, nothing or stars (facts §12). Default: the values. */
	readonly configMask: string | null | undefined;
	/** `buildLogs` has nothing, as Railway announced of it; `environmentLogs` has (facts §12). Default false. */
	readonly buildLogsRetired: boolean;
	/** How often a cron minute passes: 60 makes it a second. Default 1. */
	readonly cronScale: number;
	/** Pause before the n-th restart of a crashed process, milliseconds. Default 100 doubling to 2,000. */
	readonly restartBackoffMs: (attempt: number) => number;
	/** At the platform's end a service has at most this long between SIGTERM and SIGKILL, milliseconds. Default 5,000. */
	readonly stopGraceMs: number;
	/** Builds of these services never end. Default none. */
	readonly stuckBuild: (serviceName: string) => boolean;
	/** Asked for every API request and upload. Default no faults. */
	readonly faults: FaultInjector;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
	latencyMs: 0,
	transitionMs: 40,
	pageSize: 50,
	staleReadsMs: 0,
	rateLimit: { perHour: 10_000, perSecond: 0 },
	edgeLimit: 0,
	maxUploadBytes: 500 * 1024 * 1024,
	forbidden: {},
	configMask: undefined,
	buildLogsRetired: false,
	cronScale: 1,
	restartBackoffMs: (attempt) => Math.min(100 * 2 ** (attempt - 1), 2_000),
	stopGraceMs: 5_000,
	stuckBuild: () => false,
	faults: () => null,
};
