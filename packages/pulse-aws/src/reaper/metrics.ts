import { embedded } from '../task/metrics.ts';
import type { ReaperReport } from './run.ts';

/** What its alarms go by, in the line that it writes anyway: Lambda brings that to CloudWatch Logs. */
export function reaperMetrics(name: string, { actions, refused }: ReaperReport, at: number): object {
	const count = (of: (one: ReaperReport['actions'][number]) => boolean) => actions.filter(of).length;
	const metrics = embedded(
		[['deployment_name']],
		[
			['pulse_reaper_refused', 'Count', refused === null ? 0 : 1],
			['pulse_reaper_failed_actions', 'Count', count(({ outcome }) => outcome === 'failed')],
			['pulse_reaper_halted_canaries', 'Count', count(isHalt)],
		],
		at,
	);
	return { ...metrics, deployment_name: name };
}

const isHalt = ({ action, outcome }: ReaperReport['actions'][number]) =>
	action.kind === 'halt-canary' && outcome === 'done';
