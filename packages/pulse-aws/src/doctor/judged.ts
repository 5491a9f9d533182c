import { type Check, skipped } from 'pulse-deploy-kit/doctor/check';
import type { Failure, Reading } from 'pulse-deploy-kit/doctor/reading';

/** What could not be read is not judged: a missing right is told by the check of that name. */
export function judged<T>(check: string, read: Reading<T>, judge: (value: T) => Check): Check {
	return 'failure' in read ? skipped(check, whyNot(read.failure)) : judge(read.value);
}

export const whyNot = ({ code, text }: Failure): string =>
	code === 'access-denied' ? 'it may not be read (rights)' : text;

export const DEPLOY = 'Run pulse-aws deploy.';
