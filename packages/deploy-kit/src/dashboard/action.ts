import type { Order } from './order.ts';

/** The one thing that is being done, as all viewers see it. */
export interface Action {
	readonly key: string;
	readonly order: Order;
	/** As it would be typed. */
	readonly command: string;
	/** `asking`: nothing was changed yet, and nothing will be without a yes. */
	readonly phase: 'planning' | 'asking' | 'working' | 'done' | 'failed';
	/** The plan and whatever was said before the question that stands. */
	readonly said: readonly string[];
	readonly question: { readonly number: number; readonly text: string; readonly usual: boolean } | null;
	/** What was carried out, in the order in which it began. */
	readonly steps: readonly { readonly id: string; readonly state: string; readonly text: string }[];
	/** How it ended. */
	readonly outcome: string | null;
}

const MOST_LINES = 200;

export function begun(key: string, order: Order, command: string): Action {
	return { key, order, command, phase: 'planning', said: [], question: null, steps: [], outcome: null };
}

export function heard(action: Action, text: string): Action {
	return { ...action, said: [...action.said, text].slice(-MOST_LINES) };
}

export function stepped(action: Action, { id, state, text }: Action['steps'][number]): Action {
	const step = { id, state, text };
	const known = action.steps.some((one) => one.id === id);
	const steps = known ? action.steps.map((one) => (one.id === id ? step : one)) : [...action.steps, step];
	return { ...action, steps: steps.slice(-MOST_LINES) };
}

export function asked(action: Action, text: string, usual: boolean, number: number): Action {
	return { ...action, phase: 'asking', question: { number, text, usual } };
}

/** The plan was read; should it have become another one, what is said next is that one. */
export function answered(action: Action, yes: boolean): Action {
	return { ...action, phase: yes ? 'working' : 'planning', said: [], question: null };
}

export function ended(action: Action, phase: 'done' | 'failed', outcome: string): Action {
	return { ...action, phase, question: null, outcome };
}
