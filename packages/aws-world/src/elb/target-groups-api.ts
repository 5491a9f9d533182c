import type { CreateTargetGroupCommandInput, TargetGroup as View } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Arns } from '../arn.ts';
import type { Handlers } from '../calls/handlers.ts';
import { TargetCounts } from '../cloudwatch/target-counts.ts';
import { AwsError, notEmulated, required } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import type { ElbState, TargetGroup } from './state.ts';
import { putTags } from './tags-api.ts';
import { DEFAULT_ATTRIBUTES, validateAttribute } from './target-group-attributes.ts';

const DEFAULT_PAGE = 100;

type TargetGroupsApi = Pick<
	Handlers<'elb'>,
	'createTargetGroup' | 'modifyTargetGroupAttributes' | 'deleteTargetGroup' | 'describeTargetGroups'
>;

export function targetGroupsApi(state: ElbState, arns: Arns): TargetGroupsApi {
	return {
		createTargetGroup(input) {
			const name = required(input.Name, 'Name', 'ValidationError');
			if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) {
				throw new AwsError('ValidationError', `Target group name '${name}' is not valid`);
			}
			const group = newGroup(input, name, arns);
			const existing = [...state.targetGroups.values()].find((other) => other.name === name);
			if (existing) {
				// The same settings again are the same group; tags do not take part.
				if (settingsOf(existing) === settingsOf(group)) return { TargetGroups: [viewOf(state, existing)] };
				throw new AwsError(
					'DuplicateTargetGroupNameException',
					`A target group with the same name '${name}' exists, but with different settings`,
				);
			}
			putTags(state, group.arn, input.Tags);
			state.targetGroups.set(group.arn, group);
			return { TargetGroups: [viewOf(state, group)] };
		},

		modifyTargetGroupAttributes(input) {
			const group = state.targetGroup(input.TargetGroupArn);
			const changes = (input.Attributes ?? []).map(({ Key, Value }) => validateAttribute(Key, Value));
			for (const [key, value] of changes) group.attributes.set(key, value);
			return { Attributes: [...group.attributes].map(([Key, Value]) => ({ Key, Value })) };
		},

		deleteTargetGroup(input) {
			// The only modelled error is ResourceInUse: deleting what is gone succeeds.
			const group = state.targetGroups.get(input.TargetGroupArn ?? '');
			if (!group) return {};
			if (state.loadBalancersOf(group.arn).length > 0) {
				throw new AwsError(
					'ResourceInUseException',
					`Target group '${group.arn}' is currently in use by a listener or a rule`,
				);
			}
			for (const target of group.targets.values()) target.stopChecks();
			state.targetGroups.delete(group.arn);
			state.tags.delete(group.arn);
			return {};
		},

		describeTargetGroups(input) {
			let groups = [...state.targetGroups.values()];
			if (input.TargetGroupArns) groups = input.TargetGroupArns.map((arn) => state.targetGroup(arn));
			if (input.Names) {
				groups = groups.filter((group) => input.Names?.includes(group.name));
				if (groups.length < input.Names.length) {
					throw new AwsError('TargetGroupNotFoundException', 'One or more target groups not found');
				}
			}
			if (input.LoadBalancerArn) {
				const used = state.groupsOf(input.LoadBalancerArn);
				groups = groups.filter((group) => used.has(group.arn));
			}
			const size = pageSize(input.PageSize, DEFAULT_PAGE, 400, 'ValidationError');
			const { items, next } = pageOf(groups, size, input.Marker, 'ValidationError');
			return {
				TargetGroups: items.map((group) => viewOf(state, group)),
				...(next === undefined ? {} : { NextMarker: next }),
			};
		},
	};
}

function newGroup(input: CreateTargetGroupCommandInput, name: string, arns: Arns): TargetGroup {
	if (input.Protocol !== 'HTTP' || input.TargetType !== 'ip')
		notEmulated('target groups other than HTTP to ip targets');
	const number = (value: number | undefined, normal: number, least: number, most: number, what: string) => {
		const chosen = value ?? normal;
		if (chosen < least || chosen > most) {
			throw new AwsError('ValidationError', `${what} '${chosen}' must be between ${least} and ${most}`);
		}
		return chosen;
	};
	const interval = number(input.HealthCheckIntervalSeconds, 30, 5, 300, 'Health check interval');
	const timeout = number(input.HealthCheckTimeoutSeconds, 5, 2, 120, 'Health check timeout');
	if (timeout >= interval) {
		throw new AwsError('ValidationError', 'Health check timeout must be smaller than the interval');
	}
	return {
		arn: arns.of('elasticloadbalancing', `targetgroup/${name}/${arns.id(16)}`),
		name,
		port: number(input.Port, 0, 1, 65_535, 'Port'),
		vpcId: required(input.VpcId, 'VpcId', 'ValidationError'),
		check: {
			path: input.HealthCheckPath ?? '/',
			intervalSeconds: interval,
			timeoutSeconds: timeout,
			healthyThreshold: number(input.HealthyThresholdCount, 5, 2, 10, 'Healthy threshold'),
			unhealthyThreshold: number(input.UnhealthyThresholdCount, 2, 2, 10, 'Unhealthy threshold'),
			matcher: input.Matcher?.HttpCode ?? '200',
		},
		attributes: new Map(DEFAULT_ATTRIBUTES),
		targets: new Map(),
		counts: new TargetCounts(),
	};
}

const settingsOf = (group: TargetGroup) => JSON.stringify([group.port, group.vpcId, group.check]);

function viewOf(state: ElbState, group: TargetGroup): View {
	return {
		TargetGroupArn: group.arn,
		TargetGroupName: group.name,
		Protocol: 'HTTP',
		Port: group.port,
		VpcId: group.vpcId,
		TargetType: 'ip',
		HealthCheckEnabled: true,
		HealthCheckProtocol: 'HTTP',
		HealthCheckPath: group.check.path,
		HealthCheckIntervalSeconds: group.check.intervalSeconds,
		HealthCheckTimeoutSeconds: group.check.timeoutSeconds,
		HealthyThresholdCount: group.check.healthyThreshold,
		UnhealthyThresholdCount: group.check.unhealthyThreshold,
		Matcher: { HttpCode: group.check.matcher },
		LoadBalancerArns: state.loadBalancersOf(group.arn),
	};
}
