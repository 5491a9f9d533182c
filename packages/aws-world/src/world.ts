import { acmApi } from './acm/api.ts';
import { type AcmTimings, Certificates } from './acm/certificates.ts';
import { Arns } from './arn.ts';
import { type Balancer, type BalancerOptions, openBalancer } from './balancer/balancer.ts';
import { type AwsCaller, type ConnectOptions, connect, type Reachable } from './calls/connect.ts';
import type { AllHandlers } from './calls/handlers.ts';
import { VirtualClock } from './clock/virtual-clock.ts';
import type { WorldClock } from './clock/world-clock.ts';
import { cloudformationApi } from './cloudformation/api.ts';
import { baselineTemplate } from './cloudformation/baseline-template.ts';
import { stackDeployer } from './cloudformation/deployer.ts';
import { type StackOptions, Stacks } from './cloudformation/stacks.ts';
import type { Template } from './cloudformation/template.ts';
import { cloudwatchApi } from './cloudwatch/api.ts';
import { ecrApi } from './ecr/api.ts';
import { Registry } from './ecr/registry.ts';
import { type EcsOptions, ecsApi } from './ecs/api.ts';
import { DEFAULT_TIMINGS, type EcsTimings, type Subnets } from './ecs/ports.ts';
import { EcsState } from './ecs/state.ts';
import { elbApi } from './elb/api.ts';
import { ElbState, type Quotas } from './elb/state.ts';
import { iamApi, SERVICE_LINKED_ROLES } from './iam/api.ts';
import { type LogGroups, logsApi } from './logs/log-groups.ts';
import { route53Api } from './route53/api.ts';
import { Zones } from './route53/zones.ts';
import { type SsmOptions, type StoredParameter, ssmApi } from './ssm/api.ts';
import { openWire } from './wire/server.ts';

export interface AwsWorldOptions {
	/** Default `us-east-1` and 123456789012. */
	readonly region?: string;
	readonly account?: string;
	/** Default: a {@link VirtualClock}, whose time passes only while a caller sleeps. */
	readonly clock?: WorldClock;
	/** The baseline's template from its context. Default: {@link baselineTemplate}. */
	readonly synthesize?: (context: Readonly<Record<string, string>>) => Template | Promise<Template>;
	readonly quotas?: Partial<Quotas>;
	readonly balancer?: Partial<BalancerOptions>;
	readonly ecs?: Partial<EcsOptions> & { readonly timings?: Partial<EcsTimings> };
	readonly ssm?: SsmOptions;
	readonly acm?: Partial<AcmTimings>;
	readonly stacks?: Partial<StackOptions>;
	/** What `aws` is connected with. */
	readonly connect?: ConnectOptions;
	/** What tasks in processes of their own are connected with, e.g. the rights that their role lacks. */
	readonly tasks?: ConnectOptions;
}

/** An AWS account in memory with real traffic. What it copies, and what is not known of AWS, is in behaviour.md. */
export interface AwsWorld extends Pick<AwsCaller, 'aws' | 'baseline' | 'trace'> {
	readonly clock: WorldClock;
	/** Another caller, with faults and a trace of its own. */
	connect(options?: ConnectOptions): AwsCaller;
	/** `docker push` without a registry. */
	readonly registry: Registry;
	readonly certificates: Certificates;
	readonly zones: Zones;
	readonly stacks: Stacks;
	/** Values by ARN, for `secrets` of task definitions. */
	readonly secrets: Map<string, string>;
	/** Read to check what is left; change only `placementFailure`. */
	readonly ecs: EcsState;
	readonly elb: ElbState;
	readonly parameters: ReadonlyMap<string, StoredParameter>;
	/** Names of those that AWS made for its own services. */
	readonly serviceLinkedRoles: Set<string>;
	readonly logs: LogGroups;
	/** Kills every task and closes every socket. */
	close(): Promise<void>;
}

export async function createAwsWorld(options: AwsWorldOptions = {}): Promise<AwsWorld> {
	const region = options.region ?? 'us-east-1';
	const clock = options.clock ?? new VirtualClock();
	const arns = new Arns(region, options.account ?? '123456789012');
	const elb = new ElbState(options.quotas);
	const ecs = new EcsState();
	const registry = new Registry(() => clock.now());
	const parameters = new Map<string, StoredParameter>();
	const logs: LogGroups = new Map();
	const subnets: Subnets = new Map();
	const secrets = new Map<string, string>();
	const serviceLinkedRoles = new Set(SERVICE_LINKED_ROLES);
	const zones = new Zones(arns);
	const certificates = new Certificates(
		arns,
		clock,
		{ recordsMs: 4_000, issuanceMs: 60_000, ...options.acm },
		({ name, value }) => zones.cname(name) === value.replace(/\.$/, ''),
	);
	const isIssued = (arn: string) => certificates.isIssued(arn);
	const balancers = new Map<string, Balancer>();
	const closeBalancer = async (arn: string) => {
		await balancers.get(arn)?.close();
		balancers.delete(arn);
	};
	const stacks = new Stacks(
		{
			arns,
			clock,
			elb,
			ecs,
			registry,
			logs,
			subnets,
			isIssued,
			openBalancer: async (arn) => {
				const balancer = await openBalancer(elb, arn, clock, {
					propagationMs: 0,
					idleTimeoutMs: undefined,
					random: Math.random,
					...options.balancer,
				});
				balancers.set(arn, balancer);
				return balancer.address;
			},
			closeBalancer,
		},
		{ durationMs: 180_000, listenerReset: 'every-update', ...options.stacks },
	);

	const ssm = ssmApi(parameters, arns, clock, options.ssm);
	let wireOrigin = '';
	const handlers: AllHandlers = {
		ecs: ecsApi(
			{
				state: ecs,
				arns,
				clock,
				elb,
				registry,
				logs,
				subnets,
				timings: { ...DEFAULT_TIMINGS, ...options.ecs?.timings },
				secret: (from) => secrets.get(from) ?? parameters.get(from.replace(/^arn:.*:parameter/, ''))?.value,
				taskEnvironment: (id) => ({
					AWS_REGION: region,
					AWS_DEFAULT_REGION: region,
					AWS_ENDPOINT_URL: wireOrigin,
					AWS_ACCESS_KEY_ID: id,
					AWS_SECRET_ACCESS_KEY: 'emulated',
					ECS_CONTAINER_METADATA_URI_V4: `${wireOrigin}/v4/${id}`,
				}),
			},
			{ refuseUnattachedUpdate: true, ...options.ecs },
		),
		elb: elbApi(elb, arns, isIssued),
		ssm,
		acm: acmApi(certificates, clock),
		ecr: ecrApi(registry, arns, clock),
		cloudformation: cloudformationApi(stacks),
		cloudwatch: cloudwatchApi(elb, clock),
		logs: logsApi(logs),
		iam: iamApi(serviceLinkedRoles, arns),
		route53: route53Api(zones, clock),
		sts: {
			getCallerIdentity: () => ({
				Account: arns.account,
				Arn: `arn:aws:iam::${arns.account}:user/deployer`,
				UserId: 'AIDAEMULATED',
			}),
		},
	};
	const reachable: Reachable = {
		handlers,
		region,
		clock,
		baseline: (own) => stackDeployer(stacks, options.synthesize ?? baselineTemplate, own),
	};
	const { aws, baseline, trace } = connect(reachable, options.connect);
	const tasks = connect(reachable, options.tasks);
	const wire = await openWire({
		ssm: tasks.aws.ssm,
		ecs: tasks.aws.ecs,
		findTask: (id) => ecs.tasks.find((task) => task.id === id),
		account: arns.account,
	});
	wireOrigin = wire.origin;
	return {
		aws,
		baseline,
		trace,
		clock,
		connect: (own) => connect(reachable, own),
		registry,
		certificates,
		zones,
		stacks,
		secrets,
		ecs,
		elb,
		parameters,
		serviceLinkedRoles,
		logs,
		async close() {
			clock.stop();
			for (const group of elb.targetGroups.values()) for (const target of group.targets.values()) target.stopChecks();
			const containers = await Promise.all(ecs.containers);
			for (const container of containers) container?.stop('SIGKILL');
			await Promise.all([
				wire.close(),
				...[...balancers.keys()].map(closeBalancer),
				...containers.map((container) => container?.exit),
			]);
		},
	};
}
