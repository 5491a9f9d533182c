import type { CreateServiceCommandInput } from '@aws-sdk/client-ecs';
import { AwsError, notEmulated, required } from '../errors.ts';
import type { EcsPorts } from './ports.ts';
import type { Service } from './state.ts';

const refused = (message: string) => new AwsError('InvalidParameterException', message);

/** Everything CreateService checks (docs/platform-facts/aws.md §1 "ECS coupling", §2); changes nothing but the list of services. */
export function createService(input: CreateServiceCommandInput, ports: EcsPorts): Service {
	const { state, arns, clock } = ports;
	const clusterArn = state.clusterArn(input.cluster);
	const name = required(input.serviceName, 'serviceName');
	if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw refused('Service name is not valid.');
	if ((input.clientToken?.length ?? 0) > 36) throw refused('Client token is too long.');
	const known = state.findService(clusterArn, name);
	if (known?.status === 'ACTIVE') {
		if (input.clientToken !== undefined && input.clientToken === known.input.clientToken) return known;
		throw refused('Creation of service was not idempotent.');
	}
	if (known?.status === 'DRAINING') throw refused('Unable to Start a service that is still Draining.');
	if (input.launchType !== 'FARGATE') notEmulated('services other than launch type FARGATE');
	const definition = state.definition(required(input.taskDefinition, 'taskDefinition'));
	if (definition.status === 'INACTIVE') throw new AwsError('ClientException', 'TaskDefinition is inactive');
	checkDeployment(input);
	checkNetwork(input, ports);
	checkLoadBalancers(input, ports);
	const desired = input.desiredCount ?? 0;
	if (desired < 0 || desired > 5_000) throw refused('Desired count must be between 0 and 5000.');

	const service: Service = {
		arn: arns.of('ecs', `service/${clusterArn.split('/').at(-1)}/${name}`),
		name,
		clusterArn,
		input,
		definition,
		createdAt: clock.now(),
		deploymentId: `ecs-svc/${Number.parseInt(arns.id(8), 16)}`,
		status: 'ACTIVE',
		desired,
		rollout: 'IN_PROGRESS',
		rolloutReason: 'ECS deployment in progress.',
		failedTasks: 0,
		events: [],
		steady: false,
		notBefore: 0,
		inactiveAt: undefined,
	};
	state.tags.delete(service.arn);
	state.putTags(service.arn, input.tags);
	state.services.push(service);
	return service;
}

function checkDeployment({ deploymentConfiguration, deploymentController }: CreateServiceCommandInput): void {
	if ((deploymentController?.type ?? 'ECS') !== 'ECS') notEmulated('other deployment controllers');
	if ((deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING') notEmulated('other strategies than ROLLING');
	if (deploymentConfiguration?.deploymentCircuitBreaker?.thresholdConfiguration) {
		notEmulated('thresholdConfiguration of the circuit breaker');
	}
}

function checkNetwork({ networkConfiguration }: CreateServiceCommandInput, { subnets }: EcsPorts): void {
	const network = networkConfiguration?.awsvpcConfiguration;
	if (!network?.subnets?.length) {
		throw refused('Network Configuration must be provided when networkMode awsvpc is specified.');
	}
	const unknown = network.subnets.find((id) => !subnets.has(id));
	if (unknown) throw refused(`Error retrieving subnet information for [${unknown}]: The subnet ID does not exist`);
}

function checkLoadBalancers({ loadBalancers = [], taskDefinition }: CreateServiceCommandInput, ports: EcsPorts): void {
	if (loadBalancers.length > 5) throw refused('A service has at most 5 target groups.');
	const containers = ports.state.definition(taskDefinition).input.containerDefinitions ?? [];
	for (const { targetGroupArn, containerName, containerPort } of loadBalancers) {
		const group = ports.elb.targetGroups.get(targetGroupArn ?? '');
		if (!group) throw refused(`The target group ${targetGroupArn} does not exist.`);
		requireAssociation(group.arn, ports);
		const container = containers.find(({ name }) => name === containerName);
		if (!container?.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
			throw refused(`The container ${containerName} did not have a container port ${containerPort} defined.`);
		}
	}
}

/** The rule must exist before the service (terraform-provider-aws#32908). */
export function requireAssociation(groupArn: string, { elb }: EcsPorts): void {
	if (elb.targetGroups.has(groupArn) && elb.loadBalancersOf(groupArn).length > 0) return;
	throw refused(`The target group with targetGroupArn ${groupArn} does not have an associated load balancer.`);
}
