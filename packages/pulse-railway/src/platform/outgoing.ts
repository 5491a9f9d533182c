import { isThisMachine, usesProxy } from 'pulse-deploy-kit/proxy-variables';
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';

/** How requests leave this machine: directly, or by the proxy that the environment names. */
export interface Outgoing {
	dispatcher(url: URL): Dispatcher;
	readonly fetch: typeof fetch;
	/** For a message about what failed; `null` where no proxy is asked. */
	readonly proxied: boolean;
	close(): Promise<void>;
}

/** @throws usage error for a proxy variable that cannot be used */
export function openOutgoing(env: Readonly<Record<string, string | undefined>>, connectMs: number): Outgoing {
	const options = { connect: { timeout: connectMs } };
	const direct = new Agent(options);
	const proxied = usesProxy(env);
	const byProxy = proxied ? new EnvHttpProxyAgent({ ...options, ...variables(env) }) : null;
	// Nothing on this machine is asked of a proxy, whatever NO_PROXY says: the local platform is here.
	const dispatcher = (url: URL) => (byProxy === null || isThisMachine(url.host) ? direct : byProxy);
	return {
		dispatcher,
		proxied,
		fetch: (input, init) => {
			if (byProxy === null) return fetch(input, init);
			const url = new URL(input instanceof Request ? input.url : input);
			const asked = { ...init, dispatcher: dispatcher(url) } as Parameters<typeof undiciFetch>[1];
			return undiciFetch(url, asked) as unknown as Promise<Response>;
		},
		async close() {
			await Promise.all([direct.destroy(), byProxy?.destroy()]);
		},
	};
}

/** undici reads the variables of the process by itself; these are the ones of the command. */
function variables(env: Readonly<Record<string, string | undefined>>) {
	const value = (name: string) => env[name]?.trim() || env[name.toUpperCase()]?.trim() || '';
	return { httpProxy: value('http_proxy'), httpsProxy: value('https_proxy'), noProxy: value('no_proxy') };
}
