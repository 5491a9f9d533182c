/** What operators are told of, wherever they are. */
export type NoticeType =
	| 'deployment.deployed'
	| 'deployment.rolled_back'
	| 'deployment.restored'
	| 'deployment.recalled'
	| 'deployment.deleted'
	| 'deployment.kept'
	| 'canary.halted';

/** Keys as receivers read them; absent ones have nothing to say. */
export interface NoticeData {
	readonly deployment_id: string;
	/** Who was active before. */
	readonly previous_deployment_id?: string;
	/** User, machine and command. */
	readonly by?: string;
	/** The rule, where a rule decided; of `deployment.kept` what holds it. */
	readonly reason?: string;
	/** ISO 8601: by then the pages that are left move. */
	readonly until?: string;
	/** ISO 8601: when it stopped being active. */
	readonly since?: string;
	/** Pages that were still on it and were told to load anew. */
	readonly sessions?: number;
	readonly commit?: string;
	readonly message?: string;
	/** The deployment whose version it was made of anew. */
	readonly made_of?: string;
}

export interface Notice {
	/** The same for the same event, in each sender and each time: the id by which receivers know a repetition follows from it. */
	readonly key: string;
	/** When it happened, Unix milliseconds. */
	readonly at: number;
	readonly type: NoticeType;
	readonly data: NoticeData;
}

/** All that there is to tell. */
export interface Tidings {
	/** What a history has to tell. */
	readonly past: readonly Notice[];
	/** What follows from what is there, for as long as it is so; `null` from who cannot tell. */
	readonly standing: readonly Notice[] | null;
}

/** One event of a history, as far as notices tell of it. */
export interface Happening {
	readonly at: number;
	readonly event: string;
	readonly id: string;
	readonly from?: string | null | undefined;
	readonly until?: number | null | undefined;
	readonly by?: string | null | undefined;
	readonly because?: string | null | undefined;
	/** Pages that were told to load anew. */
	readonly touched?: number | null | undefined;
	readonly commit?: string | null | undefined;
	readonly message?: string | null | undefined;
	/** The deployment whose version it was made of anew. */
	readonly of?: string | null | undefined;
}

/** A deployment that is not active any more, and is still there. */
export interface Staying {
	readonly id: string;
	/** Unix milliseconds. */
	readonly drainStartedAt: number;
	/** What holds it, where that is known. */
	readonly detail?: string | undefined;
}

/** What a history has to tell, oldest first as it is. @param keyOf of the event at that place */
export function noticesOf(
	history: readonly Happening[],
	keyOf: (happening: Happening, at: number) => string,
): readonly Notice[] {
	const wasActive = new Set<string>();
	return history.flatMap((happening, at) => {
		const type = typeOf(happening, wasActive);
		for (const id of activeBy(happening)) wasActive.add(id);
		return type === null ? [] : [{ key: keyOf(happening, at), at: happening.at, type, data: dataOf(happening) }];
	});
}

/** Who stayed for longer than `keptMs`. */
export function keptNotices(staying: readonly Staying[], keptMs: number, now: number): readonly Notice[] {
	return staying
		.filter(({ drainStartedAt }) => now - drainStartedAt >= keptMs)
		.map(({ id, drainStartedAt, detail }) => ({
			key: `kept-${id}-${drainStartedAt}`,
			at: drainStartedAt + keptMs,
			type: 'deployment.kept',
			data: {
				deployment_id: id,
				since: new Date(drainStartedAt).toISOString(),
				...(detail === undefined ? {} : { reason: detail }),
			},
		}));
}

function typeOf({ event, id, of }: Happening, wasActive: ReadonlySet<string>): NoticeType | null {
	switch (event) {
		case 'activated':
			return of || wasActive.has(id) ? 'deployment.rolled_back' : 'deployment.deployed';
		case 'restored':
			return 'deployment.restored';
		case 'recalled':
			return 'deployment.recalled';
		case 'deleted':
			return 'deployment.deleted';
		case 'halted':
			return 'canary.halted';
		default:
			return null;
	}
}

/** Who is, or was until then, active. */
function activeBy({ event, id, from }: Happening): readonly string[] {
	return event === 'activated' || event === 'restored' ? [id, ...(from ? [from] : [])] : [];
}

function dataOf({ id, from, until, by, because, touched, commit, message, of }: Happening): NoticeData {
	return {
		deployment_id: id,
		...(from ? { previous_deployment_id: from } : {}),
		...(by ? { by } : {}),
		...(because ? { reason: because } : {}),
		...(typeof until === 'number' ? { until: new Date(until).toISOString() } : {}),
		...(typeof touched === 'number' ? { sessions: touched } : {}),
		...(commit ? { commit } : {}),
		...(message ? { message } : {}),
		...(of ? { made_of: of } : {}),
	};
}
