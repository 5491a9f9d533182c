// In place of `docker`: what it builds takes until the file of JUDGE_GATE is there, and what it pushes is an image in moto's
// registry. Run by the judge's `docker` on the PATH of each deploy.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const args = process.argv.slice(2);
const after = (flag) => args[args.indexOf(flag) + 1] ?? '';
if (args[1] === 'build') {
	while (!existsSync(process.env.JUDGE_GATE)) {
		// A deploy that the judge has killed does not end its build.
		if (!existsSync(dirname(process.env.JUDGE_GATE))) process.exit(1);
		await sleep(100);
	}
	if (args.includes('--push')) await push(after('-t'), after('--metadata-file'));
}

async function push(image, metadataFile) {
	const [, repositoryName, imageTag] = /\/([^:]+):(.+)$/.exec(image);
	const digest = `sha256:${createHash('sha256').update(randomBytes(16)).digest('hex')}`;
	const part = (kind) => ({ mediaType: `application/vnd.docker.${kind}`, size: 2, digest });
	const imageManifest = JSON.stringify({
		schemaVersion: 2,
		mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
		config: part('container.image.v1+json'),
		layers: [part('image.rootfs.diff.tar.gzip')],
	});
	const answer = await fetch(process.env.AWS_ENDPOINT_URL, {
		method: 'POST',
		headers: {
			'content-type': 'application/x-amz-json-1.1',
			'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.PutImage',
			authorization:
				'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ecr/aws4_request, SignedHeaders=host, Signature=0',
		},
		body: JSON.stringify({ repositoryName, imageTag, imageManifest }),
	});
	if (!answer.ok) throw new Error(await answer.text());
	const { image: pushed } = await answer.json();
	writeFileSync(metadataFile, JSON.stringify({ 'containerimage.digest': pushed.imageId.imageDigest }));
}
