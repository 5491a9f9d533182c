import type { Behaviour } from '../options.ts';

export interface RateLimiter {
	/** Counts one request of a token. */
	take(caller: string): RateVerdict;
	/** Counts one request without a query string; false when the edge refuses it (facts §1.3). */
	takeAtEdge(): boolean;
}

export interface RateVerdict {
	readonly allowed: boolean;
	readonly headers: Readonly<Record<string, string>>;
}

const HOUR_MS = 3_600_000;

export function createRateLimiter(
	behaviour: Pick<Behaviour, 'rateLimit' | 'edgeLimit'>,
	now: () => number,
): RateLimiter {
	const { perHour, perSecond } = behaviour.rateLimit;
	const hours = new Map<string, { until: number; used: number }>();
	const seconds = new Map<string, { until: number; used: number }>();

	function count(windows: Map<string, { until: number; used: number }>, key: string, span: number) {
		let window = windows.get(key);
		if (!window || window.until <= now()) {
			window = { until: now() + span, used: 0 };
			windows.set(key, window);
		}
		window.used += 1;
		return window;
	}

	return {
		take(caller) {
			const hour = count(hours, caller, HOUR_MS);
			const second = count(seconds, caller, 1_000);
			const allowed = hour.used <= perHour && (perSecond === 0 || second.used <= perSecond);
			const until = hour.used > perHour ? hour.until : second.until;
			return {
				allowed,
				headers: {
					'x-ratelimit-limit': String(perHour),
					'x-ratelimit-remaining': String(Math.max(0, perHour - hour.used)),
					'x-ratelimit-reset': String(Math.ceil(hour.until / 1000)),
					'ratelimit-policy': `${perHour};w=3600${perSecond === 0 ? '' : `, ${perSecond};w=1`}`,
					...(allowed ? {} : { 'retry-after': String(Math.max(1, Math.ceil((until - now()) / 1000))) }),
				},
			};
		},
		takeAtEdge() {
			return behaviour.edgeLimit === 0 || count(seconds, 'edge', 1_000).used <= behaviour.edgeLimit;
		},
	};
}
