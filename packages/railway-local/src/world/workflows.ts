import type { WorldData } from './model.ts';

/** Ends what an earlier platform was in the middle of: a template's services may be there in part. */
export function abandonWorkflows(data: WorldData): void {
	for (const row of Object.values(data.workflows)) {
		if (row.status !== 'Running') continue;
		row.status = 'Error';
		row.error = 'The platform was stopped in between';
	}
}
