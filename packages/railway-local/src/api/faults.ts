/** One request as a fault injector sees it. */
export interface ApiCall {
	/** Counted from 1, over the platform's life. */
	readonly index: number;
	/** Root fields in order, aliases resolved; `upload` for an upload. */
	readonly fields: readonly string[];
	readonly operation: 'query' | 'mutation' | 'upload';
	readonly variables: Readonly<Record<string, unknown>>;
}

/** What becomes of a call in place of its answer. */
export type Fault =
	/** Answered instead of being carried out. */
	| {
			readonly kind: 'status';
			readonly status: number;
			readonly body?: string;
			readonly headers?: Record<string, string>;
	  }
	/** HTTP 200 with this error, nothing carried out. */
	| { readonly kind: 'error'; readonly message: string }
	/** Carried out, then answered with this error: `serviceCreate` does that (facts §2.1). */
	| { readonly kind: 'error-after'; readonly message: string }
	/** The connection breaks before or after it was carried out. */
	| { readonly kind: 'drop' }
	| { readonly kind: 'drop-after' }
	/** Never answered. */
	| { readonly kind: 'hang' }
	/** Carried out, then never answered; `carriedOut` is called in between, e.g. to kill who asked. */
	| { readonly kind: 'hang-after'; readonly carriedOut?: () => void }
	| { readonly kind: 'delay'; readonly ms: number };

/** Asked at every call; nothing leaves it as it is. */
export type FaultInjector = (call: ApiCall) => Fault | null | undefined;
