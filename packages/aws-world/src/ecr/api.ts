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

		batchGetImage(input) {
			const repository = repositoryOf(input.repositoryName);
			const found = (input.imageIds ?? []).map((id) => ({ id, image: imageOf(repository, id) }));
			return {
				images: found.flatMap(({ id, image }) =>
					image === undefined
						? []
						: [
								{
									registryId: arns.account,
									repositoryName: repository.name,
									imageId: { imageDigest: image.digest, ...(id.imageTag ? { imageTag: id.imageTag } : {}) },
									imageManifest: manifestOf(image),
									imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
								},
							],
				),
				failures: found.flatMap(({ id: imageId, image }) =>
					image === undefined
						? [{ imageId, failureCode: 'ImageNotFound' as const, failureReason: 'Requested image not found' }]
						: [],
				),
			};
		},

		/** A further tag of an image that is there: layers come by `docker push` alone. */
		putImage(input) {
			const repository = repositoryOf(input.repositoryName);
			const { imageTag = '' } = input;
			const image = [...repository.images.values()].find((one) => manifestOf(one) === input.imageManifest);
			if (!image) throw new AwsError('LayersNotFoundException', 'The specified layers could not be found');
			const holder = imageOf(repository, { imageTag });
			if (holder === image) {
				throw new AwsError(
					'ImageAlreadyExistsException',
					`Image with digest '${image.digest}' and tag '${imageTag}' already exists`,
				);
			}
			if (holder && repository.immutable) {
				throw new AwsError(
					'ImageTagAlreadyExistsException',
					`The image tag '${imageTag}' already exists and is immutable`,
				);
			}
			holder?.tags.delete(imageTag);
			image.tags.add(imageTag);
			return {
				image: {
					registryId: arns.account,
					repositoryName: repository.name,
					imageId: { imageDigest: image.digest, imageTag },
					imageManifest: input.imageManifest,
				},
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

/** Stands for what the registry keeps of it; no layer is pulled here. */
const manifestOf = ({ digest }: Image): string => JSON.stringify({ schemaVersion: 2, config: { digest } });

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
