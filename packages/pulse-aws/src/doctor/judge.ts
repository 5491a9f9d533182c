import { type Check, skipped } from 'pulse-deploy-kit/doctor/check';
import { checkNotices } from 'pulse-deploy-kit/doctor/notice-check';
import type { DoctorFacts } from './facts.ts';
import { judgeAccount } from './judge-account.ts';
import { judgeDomain } from './judge-domain.ts';
import { judgeFleet } from './judge-fleet.ts';
import { judgeResources } from './judge-resources.ts';
import { judgeStack } from './judge-stack.ts';
import { judgeVisit } from './judge-visit.ts';
import { whyNot } from './judged.ts';

/** In the order in which one thing leads to the next. Pure. */
export function judge(facts: DoctorFacts): readonly Check[] {
	return [
		...judgeAccount(facts),
		...judgeStack(facts),
		...judgeResources(facts),
		...judgeDomain(facts),
		...judgeFleet(facts),
		...judgeVisit(facts),
		'failure' in facts.notices ? skipped('notices', whyNot(facts.notices.failure)) : checkNotices(facts.notices),
	];
}
