import type { Reading } from 'pulse-deploy-kit/doctor/reading';
import { looking, type Session } from '../adapters/session.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import { repositoryName } from '../platform/baseline-outputs.ts';
import { type CertificateDetail, readCertificate } from '../platform/certificates.ts';
import { orGone } from '../platform/error-names.ts';
import { following, look, unread } from './look.ts';
import { lookAtReaper, type ReaperRuns } from './look-at-reaper.ts';

/** What the baseline is made of, as it is. `null`: it is not there. */
export interface ResourceFacts {
	/** `ACTIVE`, … */
	readonly cluster: Reading<string | null>;
	readonly listener: Reading<ListenerFacts | null>;
	/** `active`, `provisioning`, `active_impaired` or `failed`. */
	readonly loadBalancer: Reading<string | null>;
	readonly certificate: Reading<CertificateDetail | null>;
	readonly repository: Reading<boolean>;
	readonly logGroup: Reading<boolean>;
	readonly reaper: Reading<ReaperRuns>;
}

export interface ListenerFacts {
	readonly port: number;
	readonly protocol: string;
	readonly loadBalancerArn: string;
	readonly certificateArn: string | null;
}

export async function lookAtResources(
	session: Session,
	name: string,
	outputs: BaselineOutputs,
): Promise<ResourceFacts> {
	const { signal } = session;
	const aws = looking(session);
	const { logGroupName, clusterName: cluster, reaperScheduleMinutes } = outputs;
	const listening = look(readListener(aws, outputs.listenerArn), signal);
	const [listener, clusters, repository, logGroup, reaper] = await Promise.all([
		listening,
		look(aws.ecs.describeClusters({ clusters: [cluster] }), signal),
		look(
			orGone(
				aws.ecr.describeRepositories({ repositoryNames: [repositoryName(outputs.ecrRepositoryUri)] }),
				'RepositoryNotFoundException',
			),
			signal,
		),
		look(orGone(aws.logs.filterLogEvents({ logGroupName, limit: 1 }), 'ResourceNotFoundException'), signal),
		look(lookAtReaper(session, name, reaperScheduleMinutes), signal),
	]);
	const arn = 'value' in listener ? listener.value?.loadBalancerArn : undefined;
	const certificateArn = 'value' in listener ? (listener.value?.certificateArn ?? null) : null;
	const [loadBalancer, certificate] = await Promise.all([
		arn === undefined ? unread('the listener is not known') : look(readLoadBalancer(aws, arn), signal),
		following(listener, async () =>
			certificateArn === null
				? { value: null }
				: look(orGone(readCertificate(aws, certificateArn), 'ResourceNotFoundException').then(orNull), signal),
		),
	]);
	return {
		cluster: 'failure' in clusters ? clusters : { value: clusters.value.clusters?.[0]?.status ?? null },
		listener,
		loadBalancer,
		certificate,
		repository: is(repository),
		logGroup: is(logGroup),
		reaper,
	};
}

const orNull = <T>(value: T | undefined): T | null => value ?? null;
const is = (read: Reading<object | undefined>): Reading<boolean> =>
	'failure' in read ? read : { value: read.value !== undefined };

async function readListener({ elb }: Pick<Session['aws'], 'elb'>, arn: string): Promise<ListenerFacts | null> {
	const answer = await orGone(elb.describeListeners({ ListenerArns: [arn] }), 'ListenerNotFoundException');
	const [found] = answer?.Listeners ?? [];
	if (found === undefined) return null;
	return {
		port: found.Port ?? 0,
		protocol: found.Protocol ?? '',
		loadBalancerArn: found.LoadBalancerArn ?? '',
		certificateArn: found.Certificates?.[0]?.CertificateArn ?? null,
	};
}

async function readLoadBalancer({ elb }: Pick<Session['aws'], 'elb'>, arn: string): Promise<string | null> {
	const answer = await orGone(elb.describeLoadBalancers({ LoadBalancerArns: [arn] }), 'LoadBalancerNotFoundException');
	return answer?.LoadBalancers?.[0]?.State?.Code ?? null;
}
