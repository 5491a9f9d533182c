import type { Handlers } from '../calls/handlers.ts';
import { AwsError } from '../errors.ts';

export interface LogEvent {
	/** Unix ms. */
	readonly timestamp: number;
	readonly message: string;
}

/** Streams of events by name, by group. */
export type LogGroups = Map<string, Map<string, LogEvent[]>>;

const DEFAULT_LIMIT = 10_000;

export function logsApi(groups: LogGroups): Handlers<'logs'> {
	const missing = (what: string) =>
		new AwsError('ResourceNotFoundException', `The specified log ${what} does not exist.`);
	return {
		getLogEvents(input) {
			const streams = groups.get(input.logGroupName ?? input.logGroupIdentifier ?? '');
			if (!streams) throw missing('group');
			const events = streams.get(input.logStreamName ?? '');
			if (!events) throw missing('stream');
			const limit = input.limit ?? DEFAULT_LIMIT;
			// The same token again means the end, in either direction.
			const from = Number(/^[fb]\/(\d+)$/.exec(input.nextToken ?? '')?.[1] ?? Number.NaN);
			const start = Number.isNaN(from) ? (input.startFromHead ? 0 : Math.max(0, events.length - limit)) : from;
			const page = events.slice(start, start + limit);
			return {
				events: page.map((event) => ({ ...event, ingestionTime: event.timestamp })),
				nextForwardToken: `f/${start + page.length}`,
				nextBackwardToken: `b/${Math.max(0, start - limit)}`,
			};
		},

		/** Pages of 10,000 events at most, whole streams one after the other, as far as the order is not told. */
		filterLogEvents(input) {
			const streams = groups.get(input.logGroupName ?? input.logGroupIdentifier ?? '');
			if (!streams) throw missing('group');
			const { startTime = 0, endTime = Number.MAX_SAFE_INTEGER, logStreamNamePrefix = '' } = input;
			const found = [...streams]
				.filter(([name]) => name.startsWith(logStreamNamePrefix))
				.flatMap(([logStreamName, events]) =>
					events.map((event, at) => ({ ...event, logStreamName, eventId: `${logStreamName}/${at}` })),
				)
				// CloudWatch leaves out what is of the very end of the window or later.
				.filter(({ timestamp }) => timestamp >= startTime && timestamp < endTime);
			const from = Number(input.nextToken ?? 0);
			const end = from + Math.min(input.limit ?? DEFAULT_LIMIT, DEFAULT_LIMIT);
			const events = found.slice(from, end).map((event) => ({ ...event, ingestionTime: event.timestamp }));
			return { events, ...(end < found.length ? { nextToken: String(end) } : {}) };
		},

		deleteLogGroup(input) {
			if (!groups.delete(input.logGroupName ?? '')) throw missing('group');
			return {};
		},
	};
}
