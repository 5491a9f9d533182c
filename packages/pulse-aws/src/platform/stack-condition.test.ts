import { expect, test } from 'vitest';
import { type StackCondition, stackCondition } from './stack-condition.ts';

// The 23 statuses of the CloudFormation user guide and what can be done in each.
const TABLE: [StackCondition, string][] = [
	['ready', 'CREATE_COMPLETE UPDATE_COMPLETE IMPORT_COMPLETE'],
	['ready-after-failure', 'UPDATE_ROLLBACK_COMPLETE IMPORT_ROLLBACK_COMPLETE'],
	[
		'busy',
		'CREATE_IN_PROGRESS UPDATE_IN_PROGRESS ROLLBACK_IN_PROGRESS UPDATE_ROLLBACK_IN_PROGRESS IMPORT_IN_PROGRESS IMPORT_ROLLBACK_IN_PROGRESS UPDATE_COMPLETE_CLEANUP_IN_PROGRESS UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
	],
	['deleting', 'DELETE_IN_PROGRESS'],
	['failed-create', 'REVIEW_IN_PROGRESS ROLLBACK_COMPLETE ROLLBACK_FAILED CREATE_FAILED'],
	['failed-update', 'UPDATE_FAILED'],
	['rollback-failed', 'UPDATE_ROLLBACK_FAILED'],
	['broken', 'IMPORT_ROLLBACK_FAILED SOMETHING_NEW'],
	['delete-failed', 'DELETE_FAILED'],
	['absent', 'DELETE_COMPLETE'],
];

test.each(TABLE.flatMap(([condition, statuses]) => statuses.split(' ').map((status) => [status, condition] as const)))(
	'A3.1: %s means %s',
	(status, condition) => expect(stackCondition(status)).toBe(condition),
);

test('no stack is absent', () => expect(stackCondition(undefined)).toBe('absent'));
