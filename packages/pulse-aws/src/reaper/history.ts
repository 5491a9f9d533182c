import type { HistoryEvent } from '../deployments/history-value.ts';
import type { Action } from './decide.ts';

/** What an action that was carried out means to a reader of the history. */
export function eventOf(action: Action): readonly HistoryEvent[] {
	switch (action.kind) {
		case 'mark-active':
			return [{ event: 'restored', id: action.id }];
		case 'scale-down':
			return [{ event: 'retired', id: action.id, because: action.reason }];
		case 'delete-deployment':
			return [{ event: 'deleted', id: action.id }];
		default:
			return [];
	}
}
