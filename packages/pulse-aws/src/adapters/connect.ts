import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { systemClock } from 'pulse-deploy-kit/clock';
import type { Host } from 'pulse-deploy-kit/host';
import { commandDeployer } from '../cdk/command-deployer.ts';
import { toolkitDeployer } from '../cdk/toolkit-deployer.ts';
import { heedMemory, type PlaceMemory } from '../config/place-memory.ts';
import { checkedRegion } from '../config/region.ts';
import { AwsTime } from '../platform/aws-time.ts';
import { connectAws } from '../platform/clients.ts';
import { proxyAgent } from '../platform/proxy-agent.ts';
import { dockerImages } from './docker.ts';
import { lookAtDomain } from './domain-look.ts';
import { frontDoor } from './front-door.ts';
import { looking, type Session } from './session.ts';
import { openVisit } from './visit.ts';

export interface ConnectOptions {
	readonly region: string | undefined;
	/** Compared with the account that the credentials are for. */
	readonly memory?: PlaceMemory | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly host: Host;
	readonly signal: AbortSignal;
	/** Whether the load balancer's certificate must be trusted. Default false. */
	readonly verifyTls?: boolean;
	/** Deploys the baseline with a CDK program instead of in process. */
	readonly cdk?: { readonly program: string; readonly workdir: string | undefined };
}

/**
 * A session on real AWS. Nothing is sent yet, but to ask for the account where one is remembered.
 * @throws usage error where a file alone would lead a command into another account
 */
export async function connect(options: ConnectOptions): Promise<Session> {
	const { host, env, signal } = options;
	const agent = await proxyAgent(env);
	const time = new AwsTime(systemClock);
	const aws = await connectAws(options.region, agent, time);
	const region = checkedRegion(aws.region);
	if (options.memory !== undefined) {
		const { Account: account = '' } = await looking({ aws, signal }).sts.getCallerIdentity({});
		heedMemory(options.memory, { account, region }, host);
	}
	return {
		aws,
		host,
		signal,
		clock: systemClock,
		awsNow: () => time.now(),
		baseline:
			options.cdk === undefined
				? toolkitDeployer(region, host, undefined, agent)
				: commandDeployer({ ...options.cdk, region, env, host }),
		images: dockerImages({ aws, host, env }),
		frontDoor: (loadBalancer, domain) => frontDoor(loadBalancer, domain, options.verifyTls ?? false, agent),
		visit: openVisit(agent),
		lookAtDomain: (query, until) => lookAtDomain(query, until, agent),
		owner: `${userName()}@${hostname()} (pid ${process.pid})`,
		randomHex: (bytes) => randomBytes(bytes).toString('hex'),
	};
}

/** Containers may run as a user that has no name. */
function userName(): string {
	try {
		return userInfo().username;
	} catch {
		return 'somebody';
	}
}
