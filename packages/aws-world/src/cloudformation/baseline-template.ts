import type { Template } from './template.ts';

const fixed = (status: string, body: string) => [
	{
		Type: 'fixed-response',
		FixedResponseConfig: { StatusCode: status, ContentType: 'application/json', MessageBody: body },
	},
];

const subnet = (zone: number, cidr: string) => ({
	Type: 'AWS::EC2::Subnet',
	Properties: {
		VpcId: { Ref: 'Vpc' },
		CidrBlock: cidr,
		AvailabilityZone: { 'Fn::Select': [zone, { 'Fn::GetAZs': '' }] },
	},
});

const association = (subnetId: string) => ({
	Type: 'AWS::EC2::SubnetRouteTableAssociation',
	Properties: { SubnetId: { Ref: subnetId }, RouteTableId: { Ref: 'Routes' } },
});

/** A small baseline with the outputs of contract A3.5: for tests that need an account to deploy into, here and in moto. */
export function baselineTemplate(context: Readonly<Record<string, string>>): Template {
	const name = context.deployment_name ?? 'app';
	const certificateArn = context.certificate_arn ?? '';
	return {
		Resources: {
			Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
			Gateway: { Type: 'AWS::EC2::InternetGateway' },
			Attachment: {
				Type: 'AWS::EC2::VPCGatewayAttachment',
				Properties: { VpcId: { Ref: 'Vpc' }, InternetGatewayId: { Ref: 'Gateway' } },
			},
			Routes: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } },
			Route: {
				Type: 'AWS::EC2::Route',
				DependsOn: 'Attachment',
				Properties: {
					RouteTableId: { Ref: 'Routes' },
					DestinationCidrBlock: '0.0.0.0/0',
					GatewayId: { Ref: 'Gateway' },
				},
			},
			SubnetA: subnet(0, '10.0.0.0/24'),
			SubnetB: subnet(1, '10.0.1.0/24'),
			RouteA: association('SubnetA'),
			RouteB: association('SubnetB'),
			Group: {
				Type: 'AWS::EC2::SecurityGroup',
				Properties: { GroupDescription: 'baseline', VpcId: { Ref: 'Vpc' } },
			},
			Alb: {
				Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
				Properties: { Name: `${name}-alb`, Subnets: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }] },
			},
			Https: {
				Type: 'AWS::ElasticLoadBalancingV2::Listener',
				Properties: {
					LoadBalancerArn: { Ref: 'Alb' },
					Port: 443,
					Protocol: 'HTTPS',
					Certificates: [{ CertificateArn: certificateArn }],
					DefaultActions: fixed('503', '{"status":"draining"}'),
				},
			},
			Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: name } },
			Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: `/aws/pulse/${name}/app` } },
			Repository: {
				Type: 'AWS::ECR::Repository',
				Properties: { RepositoryName: name, ImageTagMutability: 'IMMUTABLE', EmptyOnDelete: true },
			},
			ExecutionRole: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
			TaskRole: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
		},
		Outputs: Object.fromEntries(
			Object.entries({
				AlbDnsName: { 'Fn::GetAtt': ['Alb', 'DNSName'] },
				AlbHostedZoneId: { 'Fn::GetAtt': ['Alb', 'CanonicalHostedZoneID'] },
				ListenerArn: { Ref: 'Https' },
				PublicSubnets: { 'Fn::Join': [',', [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }]] },
				AlbSecurityGroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] },
				ServiceSecurityGroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] },
				ClusterName: { Ref: 'Cluster' },
				LogGroupName: { Ref: 'Log' },
				EcrRepositoryUri: { 'Fn::GetAtt': ['Repository', 'RepositoryUri'] },
				VpcId: { Ref: 'Vpc' },
				CertificateArn: certificateArn,
				ExecutionRoleArn: { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] },
				TaskRoleArn: { 'Fn::GetAtt': ['TaskRole', 'Arn'] },
			}).map(([key, value]) => [key, { Value: value }]),
		),
	};
}
