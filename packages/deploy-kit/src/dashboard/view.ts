import type { HistoryLine } from '../history/line.ts';

/** All that the page of a dashboard shows, made anew at each look. Times in Unix milliseconds. */
export interface DashboardView {
	/** `pulse-railway`, as its commands begin. */
	readonly tool: string;
	/** By the clock of who told it. */
	readonly at: number;
	/** Project and environment, or name and region. */
	readonly place: string;
	/** Where visitors go. */
	readonly address: string;
	/** What a person has to know before all else. */
	readonly alarms: readonly string[];
	/** Where figures come from, and which cannot be had. */
	readonly notes: readonly string[];
	readonly activeId: string | null;
	/** On all versions; `null` where none tells. */
	readonly people: number | null;
	/** Versions with people on them that do not tell how many. */
	readonly untold: number;
	/** What happens next, in words. */
	readonly next: readonly NextLine[];
	readonly back: WayBack;
	/** The active one first. */
	readonly versions: readonly VersionView[];
	/** Newest first. */
	readonly history: readonly HistoryLine[];
	/** All that runs there; their logs can be read. */
	readonly services: readonly ServiceView[];
}

export interface NextLine {
	readonly text: string;
	/** When, where the text names a time. */
	readonly at: number | null;
}

/** How to undo the last change of version. */
export interface WayBack {
	/** `null`: there is nothing to go back to. */
	readonly id: string | null;
	/** On the button. */
	readonly label: string;
	readonly text: string;
	/** Versions that do not run and can be started again, the likeliest first. */
	readonly again: readonly { readonly id: string; readonly offer: Offer }[];
}

/** Who is on a version; `null` where that is not known. */
export interface People {
	readonly total: number | null;
	readonly busy: number | null;
	readonly idle: number | null;
	readonly hidden: number | null;
	/** They would lose something. */
	readonly held: number | null;
}

/** What a tool knows of one version. */
export interface VersionFacts {
	readonly id: string;
	/** As the tool's status calls it. */
	readonly state: string;
	/** `a container app, pinned by tab`; `null` for a Pulse app. */
	readonly kind: string | null;
	readonly people: People;
	/** In the words of pages. */
	readonly heldReasons: readonly string[];
	/** `null`: not told. */
	readonly sockets: number | null;
	readonly requestsInFlight: number | null;
	readonly requestsPerSecond: number | null;
	/** Answers of 500 and more, and requests that got none. */
	readonly failuresPerSecond: number | null;
	readonly createdAt: number | null;
	/** What the janitor or the reaper would do with it now; `null`: not known. */
	readonly decision: {
		readonly action: 'keep' | 'delete';
		readonly reason: string;
		readonly detail: string | null;
		readonly until: number | null;
	} | null;
	readonly rollbackUntil: number | null;
	readonly recalled: boolean;
	/** The people that are left then are moved. */
	readonly leaveBy: number | null;
	/** `about $0.02 an hour`; `null`: not known. */
	readonly cost: string | null;
	/** Replicas or tasks, and how they are: `2 of 2 tasks`. */
	readonly running: string | null;
}

export interface VersionView extends VersionFacts {
	/** Why it is there, and for how long. */
	readonly kept: NextLine;
	readonly offers: readonly Offer[];
}

export type Verb = 'rollback' | 'redeploy' | 'promote' | 'recall' | 'drain';

/** What a person may do with a version. */
export interface Offer {
	readonly verb: Verb;
	readonly label: string;
	readonly describe: string;
	/** What must be said with it, with the usual answer. */
	readonly asks?: {
		readonly key: 'by' | 'within' | 'to';
		readonly label: string;
		readonly usual: string;
		readonly hint: string;
	};
}

export interface ServiceView {
	readonly name: string;
	/** `router`, `janitor`, `deployment`, … */
	readonly role: string;
	readonly status: string;
}

/** One point of the charts. */
export interface Sample {
	readonly at: number;
	/** By version. */
	readonly versions: Readonly<Record<string, SampleOf>>;
}

/** `[busy, idle, hidden, held, people who do not say, requests a second, failures a second]`; `null` where not told. */
export type SampleOf = readonly [
	busy: number,
	idle: number,
	hidden: number,
	held: number,
	other: number,
	requests: number | null,
	failures: number | null,
];
