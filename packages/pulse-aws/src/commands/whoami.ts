import { looking, type Session } from '../adapters/session.ts';
import type { WhoamiRequest } from '../config/whoami.ts';
import { stackName } from '../deployments/names.ts';
import { readStack } from '../platform/stack.ts';
import { type RememberedReport, rememberedReport, rememberedText } from './config.ts';

/** What `whoami` tells; keys are stable, for scripts. */
export interface WhoamiReport {
	readonly account: string;
	/** Of the user or role. */
	readonly arn: string;
	readonly credentials_from: string;
	readonly region: string;
	readonly region_from: string;
	/** What a command would work on; the next three are `null` where none is given. */
	readonly deployment_name: string | null;
	readonly deployment_name_from: string | null;
	readonly stack: string | null;
	/** CloudFormation's word for it; `null`: there is none. */
	readonly stack_status: string | null;
	/** What `.pulse` beside the app remembers; `null`: nothing. */
	readonly remembered: RememberedReport | null;
}

/** Whose credentials are used, and which stack a command would touch; changes nothing. */
export async function whoami(session: Session, request: WhoamiRequest): Promise<WhoamiReport> {
	const aws = looking(session);
	const { deploymentName: name } = request;
	const { Account = '', Arn = '' } = await aws.sts.getCallerIdentity({});
	const stack = name === null ? null : await readStack(aws, stackName(name));
	return {
		account: Account,
		arn: Arn,
		credentials_from: request.credentialsFrom,
		region: aws.region,
		region_from: request.regionFrom,
		deployment_name: name,
		deployment_name_from: name === null ? null : request.deploymentNameFrom,
		stack: name === null ? null : stackName(name),
		stack_status: stack === null || stack.condition === 'absent' ? null : stack.status,
		remembered: rememberedReport(request.remembered),
	};
}

/** As a person reads it. */
export function renderWhoami(report: WhoamiReport): string {
	const { stack, stack_status: status } = report;
	return [
		`Account ${report.account} as ${report.arn}, by ${report.credentials_from}`,
		`Region ${report.region}, by ${report.region_from}`,
		...(stack === null
			? ['No deployment is named: give --deployment-name']
			: [
					`Deployment ${report.deployment_name}, by ${report.deployment_name_from}`,
					`Stack ${stack}: ${status ?? 'not there yet: pulse-aws deploy makes it'}`,
				]),
		...(isElsewhere(report) ? [`Mind: ${rememberedText(report.remembered)}`] : []),
	].join('\n');
}

function isElsewhere({ remembered, account, region }: WhoamiReport): boolean {
	return remembered !== null && (remembered.account !== account || remembered.region !== region);
}
