import { DeployToolError } from 'pulse-deploy-kit/errors';

/** What the baseline stack tells (contract A3.5). */
export interface BaselineOutputs {
	readonly albDnsName: string;
	readonly albHostedZoneId: string;
	readonly listenerArn: string;
	readonly taskSubnets: readonly string[];
	readonly assignPublicIp: 'ENABLED' | 'DISABLED';
	readonly serviceSecurityGroupId: string;
	readonly clusterName: string;
	readonly logGroupName: string;
	readonly ecrRepositoryUri: string;
	readonly vpcId: string;
	readonly certificateArn: string;
	readonly executionRoleArn: string;
	readonly taskRoleArn: string;
	/** Empty: every address. `null` for a stack of an earlier version, or of another CDK app. */
	readonly allowedCidrs: readonly string[] | null;
	/** `null` for a stack of an earlier version. */
	readonly idleTimeoutSeconds: number | null;
	/** `null` for a stack of another CDK app. */
	readonly verificationSalt: string | null;
	readonly verificationToken: string | null;
	readonly secretArns: readonly string[];
	/** `null` for a stack of an earlier version. */
	readonly reaperScheduleMinutes: number | null;
	readonly reaperMaxAgeHours: number;
	readonly reaperDeploymentTimeoutHours: number;
	/** `null` for a stack of an earlier version. */
	readonly rollbackWindowSeconds: number | null;
	readonly rollbackKeep: number;
}

/** The range of all addresses. */
export const EVERYBODY = '0.0.0.0/0';

/** @throws DeployToolError `baseline-output` naming the first one that is missing */
export function baselineOutputs(outputs: ReadonlyMap<string, string>): BaselineOutputs {
	const required = (key: string): string => {
		const value = outputs.get(key);
		if (value !== undefined && value !== '') return value;
		throw new DeployToolError('baseline-output', `Missing CloudFormation output '${key}'`, {
			fault: 'user',
			next: 'A CDK app of your own must have the outputs of the packaged one.',
		});
	};
	const list = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(','));
	return {
		albDnsName: required('AlbDnsName'),
		albHostedZoneId: required('AlbHostedZoneId'),
		listenerArn: required('ListenerArn'),
		taskSubnets: list(outputs.get('TaskSubnets') ?? required('PrivateSubnets')),
		assignPublicIp: outputs.get('AssignPublicIp') === 'ENABLED' ? 'ENABLED' : 'DISABLED',
		serviceSecurityGroupId: required('ServiceSecurityGroupId'),
		clusterName: required('ClusterName'),
		logGroupName: required('LogGroupName'),
		ecrRepositoryUri: required('EcrRepositoryUri'),
		vpcId: required('VpcId'),
		certificateArn: required('CertificateArn'),
		executionRoleArn: required('ExecutionRoleArn'),
		taskRoleArn: required('TaskRoleArn'),
		allowedCidrs: outputs.has('AllowedCidrs')
			? list(outputs.get('AllowedCidrs')).filter((range) => range !== EVERYBODY)
			: null,
		idleTimeoutSeconds: Number(outputs.get('IdleTimeoutSeconds')) || null,
		verificationSalt: outputs.get('VerificationSalt') ?? null,
		verificationToken: outputs.get('VerificationToken') ?? null,
		secretArns: list(outputs.get('SecretArns')),
		reaperScheduleMinutes: Number(outputs.get('ReaperScheduleMinutes')) || null,
		reaperMaxAgeHours: Number(outputs.get('ReaperMaxAgeHours') ?? 1),
		reaperDeploymentTimeoutHours: Number(outputs.get('ReaperDeploymentTimeoutHours') ?? 1),
		rollbackWindowSeconds: outputs.has('RollbackWindowSeconds') ? Number(outputs.get('RollbackWindowSeconds')) : null,
		rollbackKeep: Number(outputs.get('RollbackKeep') ?? 1),
	};
}

/** `123.dkr.ecr.eu-west-1.amazonaws.com/prod` → `prod`. */
export function repositoryName(uri: string): string {
	return uri.slice(uri.indexOf('/') + 1);
}
