import { pino } from 'pino';
import { endAtDefect } from 'pulse-deploy-kit/defect';
import { keepHeapSmall } from 'pulse-edge/node/small-heap';
import { regionFrom } from '../config/region.ts';
import type { SidecarConfig } from '../config/sidecar.ts';
import { openSidecar } from './open.ts';

/** Runs the sidecar until `signal` aborts, and drains. */
export async function serve(
	config: SidecarConfig,
	env: Readonly<Record<string, string | undefined>>,
	signal: AbortSignal,
): Promise<void> {
	const logger = pino({ base: { deployment_id: config.deploymentId } });
	endAtDefect(logger);
	keepHeapSmall();
	const sidecar = await openSidecar({ config, logger, parameterStore: () => taskParameterStore(env) });
	if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
	await sidecar.close(config.stopSeconds * 1000);
}

async function taskParameterStore(env: Readonly<Record<string, string | undefined>>) {
	const { parameterStore } = await import('../platform/parameter-store.ts');
	return parameterStore(regionFrom(undefined, env), env);
}
