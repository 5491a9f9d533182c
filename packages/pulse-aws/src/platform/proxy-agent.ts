import { type Agent as HttpAgent, globalAgent as httpAgent } from 'node:http';
import { type Agent as HttpsAgent, globalAgent as httpsAgent } from 'node:https';
import type { AgentConnectOpts } from 'agent-base';
import { isThisMachine, usesProxy } from 'pulse-deploy-kit/proxy-variables';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * For requests that leave this machine, by the proxy that `HTTPS_PROXY` and `HTTP_PROXY` name, except where `NO_PROXY` says
 * otherwise and for this machine itself. `null` where no proxy is named: then each client has its own way.
 * @throws usage error for a proxy variable that cannot be used
 */
export async function proxyAgent(env: Env): Promise<HttpsAgent | null> {
	if (!usesProxy(env)) return null;
	const [{ Agent }, { HttpsProxyAgent }, proxyFromEnv] = await Promise.all([
		import('agent-base'),
		import('https-proxy-agent'),
		// @ts-expect-error: it comes without types
		import('proxy-from-env'),
	]);
	const proxyFor = (proxyFromEnv as { getProxyForUrl(url: string): string }).getProxyForUrl;
	const proxies = new Map<string, HttpAgent>();
	const byProxy = (address: string) => {
		const agent = proxies.get(address) ?? new HttpsProxyAgent(address, { keepAlive: true });
		proxies.set(address, agent);
		return agent;
	};
	class EnvironmentProxyAgent extends Agent {
		override connect(_request: unknown, options: AgentConnectOpts) {
			const host = options.host ?? 'localhost';
			const scheme = options.secureEndpoint ? 'https' : 'http';
			const proxy = isThisMachine(host) ? '' : proxyFor(`${scheme}://${host}:${options.port}`);
			if (proxy !== '') return byProxy(proxy);
			return options.secureEndpoint ? httpsAgent : httpAgent;
		}
	}
	// It serves both schemes; what the SDK, the CDK and Node type as the agent of one is never asked for more.
	return new EnvironmentProxyAgent() as unknown as HttpsAgent;
}

/** What a client of the SDK is configured with, beside its time limits. */
export function withAgent<Limits extends object>(
	limits: { readonly requestHandler: Limits },
	agent: HttpsAgent | null,
) {
	if (agent === null) return limits;
	return { requestHandler: { ...limits.requestHandler, httpsAgent: agent, httpAgent: agent } };
}
