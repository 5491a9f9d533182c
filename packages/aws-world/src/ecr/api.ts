import type { ImageDetail, ImageIdentifier } from '@aws-sdk/client-ecr';
import type { Arns } from '../arn.ts';
import type { Handlers } from '../calls/handlers.ts';
import type { WorldClock } from '../clock/world-clock.ts';
import { AwsError } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import type { Image, Registry, Repository } from './registry.ts';

export function ecrApi(registry: Registry, arns: Arns, clock: WorldClock): Handlers<'ecr'> {
	const repositoryOf = (name: string | undefined): Repository => {
		const repository = registry.repositories.get(name ?? '');
		if (repository) return repository;
		throw new AwsError('RepositoryNotFoundException', `The repository with name '${name}' does not exist`);
	};
	return {
		getAuthorizationToken() {
			return {
				authorizationData: [
					{
						authorizationToken: Buffer.from('AWS:emulated-registry-password').toString('base64'),
						expiresAt: new Date(clock.now() + 12 * 3_600_000),
						proxyEndpoint: `https://${arns.account}.dkr.ecr.${arns.region}.amazonaws.com`,
					},
				],
			};
		},

		describeRepositories(input) {
			const all = input.repositoryNames?.map(repositoryOf) ?? [...registry.repositories.values()];
			const { items, next } = pageOf(all, pageSize(input.maxResults, 100, 1000), input.nextToken);
			return {
				repositories: items.map((repository) => ({
					repositoryName: repository.name,
					repositoryArn: repository.arn,
					repositoryUri: repository.uri,
					registryId: arns.account,
					createdAt: new Date(repository.createdAt),
					imageTagMutability: repository.immutable ? 'IMMUTABLE' : 'MUTABLE',
				})),
				...(next === undefined ? {} : { nextToken: next }),
			};
		},

		describeImages(input) {
			const repository = repositoryOf(input.repositoryName);
			const images = input.imageIds
				? input.imageIds.map((id) => {
						const image = imageOf(repository, id);
						if (image) return image;
						throw new AwsError('ImageNotFoundException', `The image with imageId ${JSON.stringify(id)} does not exist`);
					})
				: [...repository.images.values()].filter(({ tags }) =>
						input.filter?.tagStatus ? (input.filter.tagStatus === 'TAGGED') === tags.size > 0 : true,
					);
			const { items, next } = pageOf(images, pageSize(input.maxResults, 100, 1000), input.nextToken);
			return {
				imageDetails: items.map((image) => viewOf(image, repository, arns.account)),
				...(next === undefined ? {} : { nextToken: next }),
			};
		},

		batchDeleteImage(input) {
			const repository = repositoryOf(input.repositoryName);
			const ids = input.imageIds ?? [];
			if (ids.length < 1 || ids.length > 100) {
				throw new AwsError('InvalidParameterException', 'Between 1 and 100 images can be deleted at a time');
			}
			const deleted: ImageIdentifier[] = [];
			const failures = ids.flatMap((imageId) => {
				const image = imageOf(repository, imageId);
				if (!image) {
					return [{ imageId, failureCode: 'ImageNotFound' as const, failureReason: 'Requested image not found' }];
				}
				deleted.push({ imageDigest: image.digest, ...(imageId.imageTag ? { imageTag: imageId.imageTag } : {}) });
				// By tag only the tag goes, and the image with its last one; by digest all of it.
				if (imageId.imageTag) image.tags.delete(imageId.imageTag);
				if (!imageId.imageTag || image.tags.size === 0) repository.images.delete(image.digest);
				return [];
			});
			return { imageIds: deleted, failures };
		},
	};
}

function imageOf(repository: Repository, id: ImageIdentifier): Image | undefined {
	return [...repository.images.values()].find(
		(image) =>
			(id.imageDigest === undefined || image.digest === id.imageDigest) &&
			(id.imageTag === undefined || image.tags.has(id.imageTag)),
	);
}

function viewOf(image: Image, repository: Repository, account: string): ImageDetail {
	return {
		registryId: account,
		repositoryName: repository.name,
		imageDigest: image.digest,
		...(image.tags.size > 0 ? { imageTags: [...image.tags] } : {}),
		imagePushedAt: new Date(image.pushedAt),
		...(image.pulledAt === undefined ? {} : { lastRecordedPullTime: new Date(image.pulledAt) }),
	};
}
