import { CREATED_TAG, ID_TAG, NAME_TAG } from '../deployments/tags.ts';
import type { Run } from './run.ts';

export function ownerTags(run: Run) {
	return [
		{ Key: NAME_TAG, Value: run.name },
		{ Key: ID_TAG, Value: run.id },
		{ Key: CREATED_TAG, Value: String(Math.floor(run.session.clock.now() / 1000)) },
	];
}
