import { randomBytes } from 'node:crypto';
import { ECR } from '@aws-sdk/client-ecr';
import { ECS } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SSM } from '@aws-sdk/client-ssm';
import { systemClock } from 'pulse-deploy-kit/clock';
import { silentHost } from 'pulse-deploy-kit/host';
import { NETWORK } from '../platform/network.ts';
import { writeHistory } from '../platform/write-history.ts';
import { REAPER_VARIABLES } from '../protocol.ts';
import { briefLock } from '../stack/lock.ts';
import { reaperMetrics } from './metrics.ts';
import { notifyOperators } from './notify.ts';
import { reaperPolicy } from './policy.ts';
import { type ReaperReport, runReaper } from './run.ts';

/** Entry of the Lambda function. It ends before the function's own time limit, between two actions. */
export async function handler(
	_event: unknown,
	context?: { getRemainingTimeInMillis?(): number },
): Promise<ReaperReport> {
	const left = context?.getRemainingTimeInMillis?.() ?? 170_000;
	const config = { retryMode: 'adaptive', maxAttempts: 6, ...NETWORK } as const;
	const ssm = new SSM(config);
	const name = variable('deploymentName');
	const aws = { ecs: new ECS(config), elb: new ElasticLoadBalancingV2(config), ssm, ecr: new ECR(config) };
	const place = {
		name,
		cluster: variable('cluster'),
		listenerArn: variable('listenerArn'),
		vpcId: variable('vpcId'),
		repository: variable('repository'),
	};
	const policy = reaperPolicy({
		maxAgeHours: hours('maxAgeHours'),
		deploymentTimeoutHours: hours('deploymentTimeoutHours'),
		rollbackWindowSeconds: wholeNumber('rollbackWindowSeconds', 0),
		rollbackKeep: wholeNumber('rollbackKeep', 1) ?? 1,
	});
	const signal = AbortSignal.timeout(Math.max(1000, left - 10_000));
	const clock = systemClock;
	const by = { aws, place, policy, clock, signal };
	const region = process.env.AWS_REGION ?? '';
	const tellOperators = async (kept: ReaperReport['kept'] | null) => {
		const notices = await notifyOperators({ ...by, region, kept }).catch(unsent);
		if (notices !== null && notices.sent + notices.failed + notices.given_up > 0) line({ notices });
	};
	const run = runReaper({
		...by,
		locked: briefLock({ aws, clock, signal, owner: REAPER, randomHex, host: silentHost }, name),
		tell: (events) => writeHistory({ aws: { ssm }, by: REAPER, randomHex, clock }, name, events).catch(unwritten),
	});
	const report = await run.catch(async (error: unknown) => {
		// Only the reaper sends notices: those of what commands did go out also where its own run fails.
		await tellOperators(null);
		throw error;
	});
	line({ ...report, ...reaperMetrics(name, report, clock.now()) });
	await tellOperators(report.kept);
	return report;
}

/** As lock and history name it. */
const REAPER = 'the reaper';
const randomHex = (bytes: number) => randomBytes(bytes).toString('hex');

/** E.g. by the role of a stack of an older version. */
function unwritten(error: unknown): void {
	line({ warning: 'the history was not written', error: String(error) });
}

/** A run that cannot tell operators of its work has done it all the same. */
function unsent(error: unknown): null {
	line({ warning: 'notices were not sent', error: error instanceof Error ? error.name : 'unknown' });
	return null;
}

/** Lambda sends standard output to the log group, where it can be queried as JSON. */
function line(value: object): void {
	process.stdout.write(`${JSON.stringify(value)}\n`);
}

function variable(key: keyof typeof REAPER_VARIABLES): string {
	const value = process.env[REAPER_VARIABLES[key]];
	if (value === undefined || value === '') throw new Error(`${REAPER_VARIABLES[key]} is not set`);
	return value;
}

/** `null`: a stack of a version that did not know it. */
function wholeNumber(key: 'rollbackWindowSeconds' | 'rollbackKeep', least: number): number | null {
	const text = process.env[REAPER_VARIABLES[key]];
	if (text === undefined || text === '') return null;
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < least)
		throw new Error(`${REAPER_VARIABLES[key]} must be a whole number from ${least}`);
	return value;
}

function hours(key: 'maxAgeHours' | 'deploymentTimeoutHours'): number {
	const value = Number(process.env[REAPER_VARIABLES[key]] ?? 1);
	if (!Number.isFinite(value) || value <= 0) throw new Error(`${REAPER_VARIABLES[key]} must be a positive number`);
	return value;
}
