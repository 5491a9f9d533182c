import type { Action } from 'pulse-deploy-kit/dashboard/action';
import type { DashboardView, Offer, Sample } from 'pulse-deploy-kit/dashboard/view';

/** What is on the screen. */
export interface Model {
	/** `denied`: without a token, or with that of a command that has ended. */
	readonly link: 'connecting' | 'live' | 'lost' | 'denied';
	readonly view: DashboardView | null;
	readonly samples: readonly Sample[];
	/** Why what is shown is old. */
	readonly trouble: string | null;
	readonly action: Action | null;
	/** By this browser's clock, when the question that stands was first shown. */
	readonly askedAt: number;
	/** The order that is being made up, before its plan is asked for. */
	readonly draft: { readonly offer: Offer; readonly id: string | null } | null;
	/** The dialog is open. */
	readonly isOpen: boolean;
	/** Why an order was not taken. */
	readonly refused: string | null;
	readonly minutes: number;
	readonly log: { readonly service: string; readonly lines: readonly string[]; readonly trouble: string | null } | null;
	/** The server's clock minus this browser's, milliseconds. */
	readonly ahead: number;
}

export const FIRST: Model = {
	link: 'connecting',
	view: null,
	samples: [],
	trouble: null,
	action: null,
	askedAt: 0,
	draft: null,
	isOpen: false,
	refused: null,
	minutes: 10,
	log: null,
	ahead: 0,
};

/** How many points the charts keep: an hour. */
export const MOST_SAMPLES = 3_600;
export const MOST_LINES = 1_000;

/** The model after an event of the stream. */
export function told(model: Model, event: string, data: unknown, now: number): Model {
	if (event === 'view') {
		const view = data as DashboardView;
		return { ...model, link: 'live', view, ahead: view.at - now };
	}
	if (event === 'series') return { ...model, link: 'live', samples: data as readonly Sample[] };
	if (event === 'sample') {
		const sample = data as Sample;
		return { ...model, ahead: sample.at - now, samples: [...model.samples, sample].slice(-MOST_SAMPLES) };
	}
	if (event === 'trouble') return { ...model, trouble: data as string | null };
	if (event === 'action') {
		const action = data as Action;
		return { ...model, action, askedAt: isSameQuestion(model.action, action) ? model.askedAt : now };
	}
	return model;
}

const isSameQuestion = (before: Action | null, action: Action) =>
	before?.key === action.key && before.question?.number === action.question?.number;

/**
 * A yes to what cannot have been read is none: it would be the second click of a double one, or a key that is held down, on a
 * question that came in between where the button before it was.
 */
export const READ_MS = 700;

export const mayAgree = ({ askedAt }: Pick<Model, 'askedAt'>, now: number): boolean => now - askedAt >= READ_MS;

export const isUnderWay = (action: Action | null): action is Action => action !== null && action.outcome === null;
