import { type Check, failure, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import { checkClock } from 'pulse-deploy-kit/doctor/clock-check';
import { checkNotices } from 'pulse-deploy-kit/doctor/notice-check';
import { checkSocket } from 'pulse-deploy-kit/doctor/socket-check';
import { CONTROL_WINDOW_SECONDS } from '../control/sign.ts';
import type { DoctorFacts } from './facts.ts';
import { judgeRouter } from './judge-router.ts';
import { judgeSchema } from './judge-schema.ts';
import { judgeStack } from './judge-stack.ts';
import { judgeToken } from './judge-token.ts';

const INFRASTRUCTURE =
	'`railway config apply` deletes every service that such a file does not declare, the active deployment too: export a partial from it (docs/operations.md, "Infrastructure as code").';

/** In the order in which one thing leads to the next. Pure. */
export function judge(facts: DoctorFacts): readonly Check[] {
	return [
		...judgeToken(facts),
		judgeSchema(facts),
		judgeProject(facts),
		judgeInfrastructure(facts),
		...judgeStack(facts),
		...judgeRouter(facts),
		'failure' in facts.observation ? skipped('notices', 'the project cannot be read') : checkNotices(facts.notices),
		checkClock(facts.aheadMs, CONTROL_WINDOW_SECONDS),
		'failure' in facts.live ? skipped('websocket', 'the router cannot be asked') : checkSocket(facts.socket),
	];
}

function judgeProject({ observation }: DoctorFacts): Check {
	if ('failure' in observation) return failure('project', observation.failure);
	const { project, environment, services } = observation.value;
	return passed('project', `${project.name}, ${environment.name}`, { services: services.length });
}

function judgeInfrastructure({ wholeProjectFile, isWholeProject }: DoctorFacts): Check {
	const measured = { file: wholeProjectFile !== null, applied: isWholeProject };
	if (isWholeProject)
		return warned(
			'infrastructure',
			'this environment is managed as a whole by `railway config`',
			INFRASTRUCTURE,
			measured,
		);
	if (wholeProjectFile !== null)
		return warned('infrastructure', `${wholeProjectFile} stands for the whole project`, INFRASTRUCTURE, measured);
	return passed('infrastructure', 'no file of `railway config` would delete the deployments', measured);
}
