import type { ResourceKind } from './resource-kinds.ts';

const cluster: ResourceKind = {
	create(logicalId, properties, { arns, ecs }) {
		const name = String(properties.ClusterName ?? logicalId);
		// CreateCluster is idempotent: the same name is the same cluster.
		const arn = arns.of('ecs', `cluster/${name}`);
		ecs.clusters.set(name, arn);
		return { physicalId: name, attributes: { Arn: arn } };
	},
	remove({ physicalId }, _properties, { ecs, arns }) {
		const arn = arns.of('ecs', `cluster/${physicalId}`);
		if (ecs.services.some((service) => service.clusterArn === arn && service.status !== 'INACTIVE')) {
			throw new Error('The Cluster cannot be deleted while Services are active. (ClusterContainsServicesException)');
		}
		ecs.clusters.delete(physicalId);
	},
};

const repository: ResourceKind = {
	create(logicalId, properties, { arns, registry, clock }) {
		const name = String(properties.RepositoryName ?? logicalId.toLowerCase());
		if (registry.repositories.has(name)) {
			throw new Error(
				`The repository with name '${name}' already exists in the registry. (RepositoryAlreadyExistsException)`,
			);
		}
		const arn = arns.of('ecr', `repository/${name}`);
		const uri = `${arns.account}.dkr.ecr.${arns.region}.amazonaws.com/${name}`;
		const immutable = properties.ImageTagMutability === 'IMMUTABLE';
		registry.repositories.set(name, { name, uri, arn, immutable, createdAt: clock.now(), images: new Map() });
		return { physicalId: name, attributes: { Arn: arn, RepositoryUri: uri } };
	},
	remove({ physicalId }, properties, { registry }) {
		const images = registry.repositories.get(physicalId)?.images.size ?? 0;
		if (images > 0 && properties.EmptyOnDelete !== true) {
			throw new Error(`The repository with name '${physicalId}' cannot be deleted because it still contains images.`);
		}
		registry.repositories.delete(physicalId);
	},
};

const logGroup: ResourceKind = {
	create(logicalId, properties, { arns, logs }) {
		const name = String(properties.LogGroupName ?? logicalId);
		if (logs.has(name))
			throw new Error(`Resource of type 'AWS::Logs::LogGroup' with identifier '${name}' already exists.`);
		logs.set(name, new Map());
		return { physicalId: name, attributes: { Arn: arns.of('logs', `log-group:${name}:*`) } };
	},
	remove({ physicalId }, _properties, { logs }) {
		logs.delete(physicalId);
	},
};

export const CONTAINER_KINDS: Readonly<Record<string, ResourceKind>> = {
	'AWS::ECS::Cluster': cluster,
	'AWS::ECR::Repository': repository,
	'AWS::Logs::LogGroup': logGroup,
};
