import { DeployToolError } from 'pulse-deploy-kit/errors';
import { mapLimited } from 'pulse-deploy-kit/map-limited';
import { type Version, versionOf } from '../deployments/version.ts';
import type { Aws } from './aws.ts';
import { orGone } from './error-names.ts';
import { readTaskDefinitions } from './revisions.ts';
import { TaskDefinitions } from './task-definitions.ts';

/** ECS throttles a caller that asks for all at once. */
const AT_ONCE = 4;

/** What can be made again of what ran, newest first: as many as the reaper keeps task definitions of. */
export async function readVersions(
	aws: Pick<Aws, 'ecs'>,
	name: string,
	definitions = new TaskDefinitions(),
): Promise<readonly Version[]> {
	const arns = await readTaskDefinitions(aws, name);
	const read = await mapLimited(AT_ONCE, arns, async (arn) => {
		const found = await definitions.describe(aws, arn);
		return found === undefined ? null : versionOf(found);
	});
	return read.filter((one) => one !== null);
}

/** An image as the registry has it, which another tag can be put on. */
export interface ImageManifest {
	/** `<repository>@<digest>` */
	readonly uri: string;
	readonly digest: string;
	readonly manifest: string;
	readonly mediaType: string | undefined;
}

/** @returns `null` where the image is gone */
export async function readManifest(
	aws: Pick<Aws, 'ecr'>,
	repositoryName: string,
	imageUri: string,
): Promise<ImageManifest | null> {
	const [repository = '', digest] = imageUri.split('@');
	const at = repository.lastIndexOf(':');
	// Versions from before digests were named run on a tag.
	const imageId = digest === undefined ? { imageTag: repository.slice(at + 1) } : { imageDigest: digest };
	const answer = await orGone(
		aws.ecr.batchGetImage({ repositoryName, imageIds: [imageId], acceptedMediaTypes: MEDIA_TYPES }),
		'RepositoryNotFoundException',
	);
	const [image] = answer?.images ?? [];
	if (image?.imageManifest === undefined || image.imageId?.imageDigest === undefined) return null;
	return {
		uri: `${digest === undefined ? repository.slice(0, at) : repository}@${image.imageId.imageDigest}`,
		digest: image.imageId.imageDigest,
		manifest: image.imageManifest,
		mediaType: image.imageManifestMediaType,
	};
}

/** Another one is translated by ECR, and would have another digest. */
const MEDIA_TYPES = [
	'application/vnd.oci.image.index.v1+json',
	'application/vnd.oci.image.manifest.v1+json',
	'application/vnd.docker.distribution.manifest.list.v2+json',
	'application/vnd.docker.distribution.manifest.v2+json',
];

/**
 * Puts one more tag on an image, by which the reaper knows whose it is. Again is success: the SDK repeats a call whose answer
 * was lost.
 */
export async function tagImage(
	aws: Pick<Aws, 'ecr'>,
	repositoryName: string,
	{ manifest, mediaType }: ImageManifest,
	imageTag: string,
): Promise<void> {
	const type = mediaType === undefined ? {} : { imageManifestMediaType: mediaType };
	const putting = aws.ecr.putImage({ repositoryName, imageManifest: manifest, ...type, imageTag });
	await orGone(putting, 'ImageAlreadyExistsException').catch((cause: unknown) => {
		const gone = cause instanceof Error && /^(LayersNotFound|ReferencedImagesNotFound)Exception$/.test(cause.name);
		throw gone ? imageGone(imageTag, cause) : cause;
	});
}

export function imageGone(id: string, cause?: unknown): DeployToolError {
	return new DeployToolError('image-gone', `The image of ${id} is not in the registry any more.`, {
		fault: 'user',
		detail: 'The newest ten are kept, and those of deployments that run.',
		next: 'Check out that version of your code and deploy it again: pulse-aws deploy',
		...(cause === undefined ? {} : { cause }),
	});
}
