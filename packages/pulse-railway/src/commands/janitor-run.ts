import { systemClock } from 'pulse-deploy-kit/clock';
import type { Invocation } from 'pulse-deploy-kit/command';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { withSession } from '../adapters/session.ts';
import { janitorConfig } from '../config/janitor.ts';
import { openBackends } from '../janitor/backends.ts';
import type { JanitorResult } from '../janitor/result.ts';
import { runJanitor } from '../janitor/run.ts';
import { storeUrlOfStack } from '../janitor/store-url.ts';
import { openPrivateNetwork } from '../private-network.ts';
import { openStore } from '../stores/open.ts';

/** Opens what the janitor needs, runs one pass, and closes it again. */
export async function janitorRun(invocation: Invocation): Promise<JanitorResult> {
	const { env, cwd, host, signal, dryRun } = invocation;
	const config = janitorConfig(invocation.flags, env);
	return withSession({ token: config.token, env, host, cwd }, async ({ ports }) => {
		const platform = ports.openPlatform(config);
		const url = config.storeUrl?.reveal() ?? storeUrlOfStack(await platform.observe(signal), config);
		if (url === null) {
			throw new DeployToolError('store-missing', 'the deployment store is not configured', {
				fault: 'user',
				next: 'Set REDIS_URL on the janitor service: pulse-railway upgrade',
			});
		}
		const store = await openStore(url, { prefix: config.redisPrefix });
		const network = openPrivateNetwork(
			config.privateNetworkFile === undefined ? {} : { file: config.privateNetworkFile },
		);
		const backends = openBackends({ network, port: config.backendPort, token: config.internalToken });
		try {
			const { policy, owner, lockTtlMs } = config;
			const by = { store, platform, backends, policy, owner, lockTtlMs };
			return await runJanitor({ ...by, dryRun, host, clock: systemClock, signal });
		} finally {
			await Promise.allSettled([backends.close(), store.close()]);
			network.close();
		}
	});
}
