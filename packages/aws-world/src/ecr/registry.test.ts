import { afterAll, beforeAll, expect, test } from 'vitest';
import { answering, openShop, type Shop } from '../fixtures/shop.ts';

let shop: Shop;
beforeAll(async () => {
	shop = await openShop();
});
afterAll(() => shop.close());

const repositoryName = 'shop';

test('a tag of an immutable repository is pushed once; tasks may name it or its digest', () => {
	const uri = `${shop.outputs.EcrRepositoryUri}:one`;
	const digest = shop.world.registry.push({ uri, program: answering('one') });
	expect(() => shop.world.registry.push({ uri, program: answering('one') })).toThrow('immutable');
	expect(shop.world.registry.pull(uri)?.digest).toBe(digest);
	expect(shop.world.registry.pull(`${shop.outputs.EcrRepositoryUri}@${digest}`)?.digest).toBe(digest);
	expect(shop.world.registry.pull(`${shop.outputs.EcrRepositoryUri}:two`)).toBeUndefined();
});

test('images come in pages and are deleted by tag or digest; what is missing is a failure', async () => {
	for (const tag of ['a', 'b', 'c']) {
		shop.world.registry.push({ uri: `${shop.outputs.EcrRepositoryUri}:${tag}`, program: answering(tag) });
	}
	const first = await shop.aws.ecr.describeImages({ repositoryName, maxResults: 3 });
	const second = await shop.aws.ecr.describeImages({ repositoryName, maxResults: 3, nextToken: first.nextToken });
	expect([first.imageDetails?.length, second.imageDetails?.length]).toEqual([3, 1]);
	const { imageDigest } = second.imageDetails![0]!;
	const deleted = await shop.aws.ecr.batchDeleteImage({
		repositoryName,
		imageIds: [{ imageTag: 'a' }, { imageDigest }, { imageTag: 'nobody' }],
	});
	expect(deleted.imageIds).toHaveLength(2);
	expect(deleted.failures).toMatchObject([{ failureCode: 'ImageNotFound' }]);
	const left = await shop.aws.ecr.describeImages({ repositoryName });
	expect(left.imageDetails?.map((image) => image.imageTags)).toEqual([['one'], ['b']]);
	await expect(shop.aws.ecr.describeImages({ repositoryName, imageIds: [{ imageTag: 'a' }] })).rejects.toMatchObject({
		name: 'ImageNotFoundException',
	});
	await expect(shop.aws.ecr.describeImages({ repositoryName: 'other' })).rejects.toMatchObject({
		name: 'RepositoryNotFoundException',
	});
});
