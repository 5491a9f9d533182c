import { camelCased } from 'pulse-deploy-kit/camel-cased';
import { drainWhen, type LeaveWhen, recallWhen } from 'pulse-deploy-kit/leave-settings';
import { moment } from 'pulse-deploy-kit/moment';
import { duration } from 'pulse-deploy-kit/setting-kinds';
import { agreed, inSession, type PlaceOptions } from './api.ts';
import { deploymentName } from './deployments/names.ts';

interface LeaveOptions extends PlaceOptions {
	readonly deploymentId: string;
	/** Takes it back: its visitors stay. Default false. */
	readonly cancel?: boolean;
}

/** Of `recall`. */
export interface RecallOptions extends LeaveOptions {
	/** `90s`, `10m`, or seconds. Default `10m`. */
	readonly within?: string | number;
	/** Ends it at once, with the pages that are on it. Default false. */
	readonly now?: boolean;
}

/** Of `drain`. */
export interface DrainOptions extends LeaveOptions {
	/** `18:00`, ISO 8601 or `2h`; without a zone, in that of this machine. Required but with `cancel`. */
	readonly by?: string;
}

/**
 * `pulse-aws recall`: gets everybody off a bad deployment. The active one is rolled back first. Rejects where there is nothing
 * to go back to.
 *
 * @example
 * const { leaveBy } = await recall({ deploymentName: 'prod', deploymentId, within: '2m' });
 */
export function recall(options: RecallOptions) {
	const { within, now = false, cancel = false } = options;
	const when = recallWhen({ ...(within === undefined ? {} : { within: duration(within) }), now, cancel });
	return leaving(options, 'recall', when);
}

/** `pulse-aws drain`: moves the pages that are left on an old deployment by a time. Rejects for the active one. */
export function drain(options: DrainOptions) {
	const { by, cancel = false } = options;
	return leaving(options, 'drain', drainWhen({ ...(by === undefined ? {} : { by: moment(by) }), cancel }));
}

function leaving(options: LeaveOptions, verb: 'recall' | 'drain', when: LeaveWhen) {
	const { deploymentId } = options;
	const request = { verb, deploymentName: deploymentName(options.deploymentName), deploymentId, when, dryRun: false };
	return inSession(agreed(options), async (session) => {
		const { leave } = await import('./commands/leave.ts');
		const { result } = await leave(session, request);
		if (result === null) throw new Error('what is no dry run has a result');
		return camelCased(result);
	});
}
