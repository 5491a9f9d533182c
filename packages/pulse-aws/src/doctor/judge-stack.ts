import { type Check, failure, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import { readNow } from 'pulse-deploy-kit/doctor/reading';
import { VERSION_TAG } from '../cdk/settings.ts';
import { stackName } from '../deployments/names.ts';
import { baselineSteps } from '../plan/baseline-steps.ts';
import type { StackFacts } from '../platform/stack.ts';
import { refuseForeignBaseline } from '../stack/first-deploy.ts';
import { outputsOf } from '../stack/read-baseline.ts';
import type { DoctorFacts } from './facts.ts';
import { judged, whyNot } from './judged.ts';

/** The stack as CloudFormation has it, and who changes it. */
export function judgeStack(facts: DoctorFacts): readonly Check[] {
	return [
		judged('baseline', facts.stack, (stack) => judgeBaseline(facts, stack)),
		judged('baseline-version', facts.stack, (stack) => judgeVersion(facts, stack)),
		judgeNames(facts),
		judgeLock(facts),
	];
}

function judgeBaseline({ name, region }: DoctorFacts, stack: StackFacts): Check {
	const { condition, status, statusReason } = stack;
	const measured = { status };
	const warn = (found: string, next: string) => warned('baseline', found, next, measured);
	if (condition === 'absent')
		return warn(
			`nothing is deployed as '${name}' in ${region}`,
			'Check --deployment-name and --region; the first deploy makes it.',
		);
	if (condition === 'busy' || condition === 'deleting')
		return warn(`it is being changed (${status})`, 'Wait until that has ended; a deploy waits, too.');
	const fit = readNow(() => {
		const outputs = outputsOf(stack);
		if (outputs !== null) refuseForeignBaseline(name, outputs);
		return baselineSteps({ stack, baselineChange: null });
	});
	if ('failure' in fit) return { ...failure('baseline', fit.failure), measured };
	if (condition === 'ready') return passed('baseline', status ?? '', measured);
	const events = `aws cloudformation describe-stack-events --stack-name ${stackName(name)} --region ${region}`;
	const why = statusReason === null ? '' : `: ${statusReason}`;
	return warn(
		`its last change failed (${status}${why})`,
		`The next deploy repairs it and tries again; what failed: ${events}`,
	);
}

function judgeVersion({ deployer }: DoctorFacts, stack: StackFacts): Check {
	const version = stack.tags.get(VERSION_TAG) ?? null;
	if (stack.condition === 'absent') return skipped('baseline-version', 'there is no baseline yet');
	return judged('baseline-version', deployer, (latest) => {
		// A person may have set the tag.
		const told = version === null || /^\d{1,5}(\.\d{1,5}){2}(-[0-9a-f]{8})?$/.test(version) ? version : 'other';
		const measured = { version: told, same: version === latest };
		if (measured.same) return passed('baseline-version', latest, measured);
		const found = `the baseline is ${version ?? 'of unknown version'}, and this tool makes ${latest}`;
		const next = 'The next deploy with this version changes it; is another one meant, use that.';
		return warned('baseline-version', found, next, measured);
	});
}

/** A first deploy fails after minutes where what it makes is there already. */
function judgeNames({ free, stack }: DoctorFacts): Check {
	if ('failure' in stack) return skipped('names', whyNot(stack.failure));
	if (free === null) return passed('names', 'the baseline has them');
	if ('failure' in free && free.failure.code === 'repository-taken') return failure('names', free.failure);
	return judged('names', free, () => passed('names', 'those of a first deploy are free'));
}

function judgeLock({ lock }: DoctorFacts): Check {
	return judged('lock', lock, ({ holder, lapsed }) => {
		const measured = { held: holder !== null, lapsed: holder !== null && lapsed };
		if (holder === null) return passed('lock', 'no command holds it', measured);
		const found = `the deploy lock is held by ${holder}`;
		if (!lapsed) return warned('lock', found, 'Wait for that command to end; another one waits, too.', measured);
		const next = 'Nothing: that command was killed or sleeps, and the next one takes the lock after half a minute.';
		return warned('lock', `${found}, and was not renewed for a minute`, next, measured);
	});
}
