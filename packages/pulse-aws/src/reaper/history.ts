import type { HistoryEvent } from '../deployments/history-value.ts';
import { sumOfUse } from '../task/task-word.ts';
import type { Action } from './decide.ts';
import type { ReaperFacts } from './facts.ts';

/** What an action that was carried out means to a reader of the history. */
export function eventOf(action: Action, facts: ReaperFacts): readonly HistoryEvent[] {
	switch (action.kind) {
		case 'mark-active':
			return [{ event: 'restored', id: action.id }];
		case 'scale-down':
			return [{ event: 'retired', id: action.id, because: action.reason, ...touchedBy(action.id, facts) }];
		case 'delete-deployment':
			return [{ event: 'deleted', id: action.id }];
		case 'halt-canary':
			return [{ event: 'halted', id: action.id, because: action.because }];
		case 'widen-canary':
			return [{ event: 'widened', id: action.id, percent: action.rollout.share / 100, because: 'schedule' }];
		case 'complete-canary':
			return [{ event: 'activated', id: action.id, because: 'schedule' }];
		case 'end-canary':
			return [{ event: 'ended', id: action.id, because: action.because }];
		default:
			return [];
	}
}

/** As its tasks said; nothing where none of them tells numbers. */
function touchedBy(id: string, { parameters }: ReaperFacts): { readonly touched?: number } {
	const use = sumOfUse(parameters.filter(({ deploymentId }) => deploymentId === id).map(({ value }) => value));
	return use === null ? {} : { touched: use.render_sessions ?? 0 };
}
