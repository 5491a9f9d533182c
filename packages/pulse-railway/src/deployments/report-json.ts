import { z } from 'zod';
import type { ActivityReport } from './store.ts';

const schema = z.object({
	at: z.number(),
	revision: z.number(),
	tabs_whole_at: z.exactOptional(z.number()),
	deployments: z.array(
		z.object({
			deployment_id: z.string(),
			last_seen_at: z.number(),
			in_flight: z.number(),
			sockets: z.number(),
			request_rate: z.number(),
			failure_rate: z.exactOptional(z.number()),
			tabs: z.exactOptional(z.number()),
			tabs_by: z.exactOptional(z.object({ held: z.number(), hidden: z.number() })),
		}),
	),
});

/** Times in seconds, like every time in stored JSON. */
export function encodeReport({ at, revision, tabsWholeAt, deployments }: ActivityReport): string {
	return JSON.stringify({
		at: at / 1000,
		revision,
		...(tabsWholeAt === undefined ? {} : { tabs_whole_at: tabsWholeAt / 1000 }),
		deployments: deployments.map(({ id, lastSeenAt, inFlight, sockets, requestRate, failureRate, tabs, tabsBy }) => ({
			deployment_id: id,
			last_seen_at: lastSeenAt / 1000,
			in_flight: inFlight,
			sockets,
			request_rate: requestRate,
			...(failureRate === undefined ? {} : { failure_rate: failureRate }),
			...(tabs === undefined ? {} : { tabs }),
			...(tabsBy === undefined ? {} : { tabs_by: tabsBy }),
		})),
	} satisfies z.input<typeof schema>);
}

/** `null` for what a replica of another version may have written. */
export function decodeReport(replicaId: string, json: string): Omit<ActivityReport, 'ttlMs'> | null {
	const parsed = schema.safeParse(parse(json));
	if (!parsed.success) return null;
	return {
		replicaId,
		at: Math.round(parsed.data.at * 1000),
		revision: parsed.data.revision,
		...(parsed.data.tabs_whole_at === undefined ? {} : { tabsWholeAt: Math.round(parsed.data.tabs_whole_at * 1000) }),
		deployments: parsed.data.deployments.map((part) => ({
			id: part.deployment_id,
			lastSeenAt: Math.round(part.last_seen_at * 1000),
			inFlight: part.in_flight,
			sockets: part.sockets,
			requestRate: part.request_rate,
			...(part.failure_rate === undefined ? {} : { failureRate: part.failure_rate }),
			...(part.tabs === undefined ? {} : { tabs: part.tabs }),
			...(part.tabs_by === undefined ? {} : { tabsBy: part.tabs_by }),
		})),
	};
}

function parse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return null;
	}
}
