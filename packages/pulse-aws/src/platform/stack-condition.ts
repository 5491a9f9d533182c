/** What a CloudFormation status means for us (statuses: CloudFormation user guide, "Stack status codes"). */
export type StackCondition =
	| 'absent'
	| 'ready'
	/** Usable, but the last change was rolled back. */
	| 'ready-after-failure'
	| 'busy'
	| 'deleting'
	/** The first creation failed: only deletion helps, then creation again. */
	| 'failed-create'
	/** Rollback was switched off when a change failed. */
	| 'failed-update'
	| 'rollback-failed'
	| 'delete-failed'
	| 'broken';

const CONDITIONS: Readonly<Record<string, StackCondition>> = {
	CREATE_COMPLETE: 'ready',
	UPDATE_COMPLETE: 'ready',
	IMPORT_COMPLETE: 'ready',
	UPDATE_ROLLBACK_COMPLETE: 'ready-after-failure',
	IMPORT_ROLLBACK_COMPLETE: 'ready-after-failure',
	CREATE_IN_PROGRESS: 'busy',
	UPDATE_IN_PROGRESS: 'busy',
	ROLLBACK_IN_PROGRESS: 'busy',
	UPDATE_ROLLBACK_IN_PROGRESS: 'busy',
	IMPORT_IN_PROGRESS: 'busy',
	IMPORT_ROLLBACK_IN_PROGRESS: 'busy',
	UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'busy',
	UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'busy',
	DELETE_IN_PROGRESS: 'deleting',
	// An empty stack that an unexecuted change set left behind.
	REVIEW_IN_PROGRESS: 'failed-create',
	ROLLBACK_COMPLETE: 'failed-create',
	ROLLBACK_FAILED: 'failed-create',
	CREATE_FAILED: 'failed-create',
	UPDATE_FAILED: 'failed-update',
	UPDATE_ROLLBACK_FAILED: 'rollback-failed',
	IMPORT_ROLLBACK_FAILED: 'broken',
	DELETE_FAILED: 'delete-failed',
	DELETE_COMPLETE: 'absent',
};

/** An unknown status is `broken`: never built upon, never deleted. */
export function stackCondition(status: string | undefined): StackCondition {
	return status === undefined ? 'absent' : (CONDITIONS[status] ?? 'broken');
}
