import { type Check, failed, failure, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import { checkClock } from 'pulse-deploy-kit/doctor/clock-check';
import type { DoctorFacts } from './facts.ts';
import { judged } from './judged.ts';

/** Signed requests that are off by more are refused; the SDK then signs anew, other tools do not. */
const CLOCK_WINDOW_SECONDS = 300;
const UNREACHABLE = ['aws-unreachable', 'not-aws'];
/** Of `doctor` and `logs` alone. */
const NOT_OF_A_DEPLOY = [
	'ecs:DescribeClusters',
	'elasticloadbalancing:DescribeLoadBalancers',
	'cloudformation:DescribeStackResources',
	'logs:FilterLogEvents',
	'iam:GetRole',
];
/** As `engines` of the package says. */
const NODE = [20, 19] as const;

/** This machine, and what it may do on AWS. */
export function judgeAccount(facts: DoctorFacts): readonly Check[] {
	return [
		judgeNode(facts),
		judgeDocker(facts),
		judgeDeployer(facts),
		judgeApi(facts),
		judgeCredentials(facts),
		judgeRights(facts),
		judgeServiceRoles(facts),
		checkClock(facts.aheadMs, CLOCK_WINDOW_SECONDS),
	];
}

function judgeNode({ node }: DoctorFacts): Check {
	const [major = 0, minor = 0] = node.split('.').map(Number);
	const isOld = major < NODE[0] || (major === NODE[0] && minor < NODE[1]);
	if (!isOld) return passed('node', node, { node });
	return failed('node', `Node ${node}`, `Node ${NODE.join('.')} or newer is needed: update it.`, { node });
}

function judgeDocker({ docker }: DoctorFacts): Check {
	return 'failure' in docker ? failure('docker', docker.failure) : passed('docker', 'builds images here');
}

function judgeDeployer({ deployer }: DoctorFacts): Check {
	if ('failure' in deployer) return failure('cdk', deployer.failure);
	return passed('cdk', 'what deploys the baseline is installed');
}

function judgeApi({ caller, region }: DoctorFacts): Check {
	const measured = { region };
	if ('failure' in caller && UNREACHABLE.includes(caller.failure.code ?? '')) return failure('api', caller.failure);
	if ('failure' in caller && caller.failure.code === 'no-credentials')
		return skipped('api', 'AWS cannot be asked without credentials');
	return passed('api', `AWS answers in ${region}`, measured);
}

function judgeCredentials({ caller }: DoctorFacts): Check {
	if ('failure' in caller) {
		const { failure: why } = caller;
		return UNREACHABLE.includes(why.code ?? '')
			? skipped('credentials', 'AWS cannot be reached')
			: failure('credentials', why);
	}
	const measured = { kind: caller.value };
	if (caller.value === 'root')
		return warned(
			'credentials',
			'those of the root user, who may do everything',
			'Deploy with a role or user that has the rights of docs/operations-aws.md.',
			measured,
		);
	return passed('credentials', `a ${caller.value}`, measured);
}

function judgeRights({ caller, refused }: DoctorFacts): Check {
	if ('failure' in caller) return skipped('rights', 'AWS cannot be asked');
	const measured = { refused: refused.join(' ') };
	if (refused.length === 0) return passed('rights', 'none that a read shows is missing', measured);
	const next = 'Allow them (docs/operations-aws.md, "Rights"); whether writes are allowed only a deploy shows.';
	const judge = refused.every((right) => NOT_OF_A_DEPLOY.includes(right)) ? warned : failed;
	return judge('rights', `missing: ${refused.join(', ')}`, next, measured);
}

function judgeServiceRoles({ lackingRoles, stack }: DoctorFacts): Check {
	return judged('service-roles', lackingRoles, (services) => {
		const measured = { lacking: services.join(' ') };
		if (services.length === 0) return passed('service-roles', 'ECS and load balancing have theirs', measured);
		const found = `the account has no role for ${services.join(' and ')}`;
		const next = services.map((one) => `aws iam create-service-linked-role --aws-service-name ${one}`).join(' && ');
		// AWS makes them with the first cluster and load balancer, where the credentials may.
		const isFirst = 'value' in stack && stack.value.condition === 'absent';
		return (isFirst ? warned : failed)('service-roles', found, next, measured);
	});
}
