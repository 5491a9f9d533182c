import type { Aws } from './aws.ts';
import { NETWORK } from './network.ts';
import { proxyAgent, withAgent } from './proxy-agent.ts';

/**
 * Parameter Store for a task, whose role it uses. `region` undefined: the SDK finds it.
 * @throws usage error for a proxy variable that cannot be used
 */
export async function parameterStore(
	region: string | undefined,
	env: Readonly<Record<string, string | undefined>>,
): Promise<Pick<Aws['ssm'], 'getParameters' | 'putParameter'>> {
	const [{ SSM }, agent] = await Promise.all([import('@aws-sdk/client-ssm'), proxyAgent(env)]);
	// Parameter Store allows 40 reads a second, shared by the whole account.
	const config = { retryMode: 'adaptive', maxAttempts: 5, ...withAgent(NETWORK, agent) } as const;
	return new SSM(region === undefined ? config : { ...config, region });
}
