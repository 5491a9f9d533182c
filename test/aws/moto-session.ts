import { randomBytes } from 'node:crypto';
import { scaledClock } from 'aws-world/clock/scaled-clock';
import { motoClients } from 'aws-world/wire/moto-clients';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import type { Session } from '../../packages/pulse-aws/src/adapters/session.ts';
import { toolkitDeployer } from '../../packages/pulse-aws/src/cdk/toolkit-deployer.ts';
import type { Aws } from '../../packages/pulse-aws/src/platform/aws.ts';
import { motoFrontDoor } from './moto-front-door.ts';

/**
 * One for all sessions of a process: deployments are told apart by when they were made. Not faster, or what moto takes for
 * an answer on a busy machine would use up the budgets of waits.
 */
const clock = scaledClock(10);

/**
 * moto makes a resource when its stack's outputs are read, too: a look at a stack that is just being made would make some of
 * them twice, of which the second fails, and leave the stack in the making for good.
 */
let making: Promise<unknown> = Promise.resolve();

/**
 * A session on moto: every AWS call goes over the wire as it is, and the CDK deploys the baseline in process. What moto
 * lacks stands beside it: ECS that starts tasks and registers their targets, a registry, and a load balancer that answers.
 */
export function motoSession(url: string, answers: readonly boolean[] = []) {
	const aws = motoClients(url);
	const host = recordingHost(answers);
	// moto knows no such call, and no protected stack either.
	aws.cloudformation.updateTerminationProtection = async () => ({ $metadata: {} });
	const describeStacks = aws.cloudformation.describeStacks.bind(aws.cloudformation);
	const deployer = toolkitDeployer(aws.region, host, () => 'exports.handler = async () => {};');
	const session: Session = {
		aws: {
			...aws,
			ecs: registersTargets(aws),
			cloudformation: Object.assign(Object.create(aws.cloudformation), {
				describeStacks: (input: Parameters<typeof describeStacks>[0], options?: object) =>
					making.catch(() => {}).then(() => describeStacks(input, options)),
			}),
		},
		baseline: {
			version: deployer.version,
			check: () => deployer.check(),
			deploy(...asked) {
				const made = deployer.deploy(...asked);
				making = made;
				return made;
			},
		},
		host,
		clock,
		signal: new AbortController().signal,
		images: {
			check: async () => {},
			build: async () => {},
			push: async ({ repositoryUri, tag }) => {
				const repositoryName = repositoryUri.split('/').at(-1);
				await aws.ecr.getAuthorizationToken({});
				const { image } = await aws.ecr.putImage({ repositoryName, imageTag: tag, imageManifest: manifest(tag) });
				return `${repositoryUri}@${image?.imageId?.imageDigest}`;
			},
		},
		frontDoor: () => motoFrontDoor(aws),
		visit: {
			socket: async () => 101,
			caa: async () => [],
			notices: async () => ({ kind: 'elsewhere', why: 'emulated' }),
		},
		lookAtDomain: async ({ domain, loadBalancer }) => ({
			domain,
			loadBalancer,
			aliases: [loadBalancer],
			domainAddresses: [],
			loadBalancerAddresses: [],
			cloudflare: false,
			verification: null,
		}),
		owner: 'a test',
		randomHex: (bytes) => randomBytes(bytes).toString('hex'),
	};
	return { session, host, aws };
}

function registersTargets(aws: ReturnType<typeof motoClients>): Aws['ecs'] {
	const own: Aws['ecs'] = aws.ecs;
	return new Proxy(own, {
		get(target, name) {
			if (name !== 'createService') {
				const method: unknown = Reflect.get(target, name);
				return typeof method === 'function' ? method.bind(target) : method;
			}
			return async (input: Parameters<Aws['ecs']['createService']>[0]) => {
				const answer = await target.createService(input);
				const Targets = Array.from({ length: input.desiredCount ?? 0 }, (_, at) => ({
					Id: `10.0.0.${at + 10}`,
					Port: 8000,
				}));
				await aws.elb.registerTargets({ TargetGroupArn: input.loadBalancers?.[0]?.targetGroupArn, Targets });
				return answer;
			};
		},
	});
}

/** Smallest that ECR takes; each tag has a digest of its own. */
function manifest(tag: string): string {
	return JSON.stringify({
		schemaVersion: 2,
		mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
		config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 2, digest: `sha256:${tag}` },
		// Of these alone moto makes the digest.
		layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: 1, digest: `sha256:${tag}` }],
	});
}
