import { backgroundClock } from 'aws-world/clock/background-clock';
import type { TaskProgram } from 'aws-world/tasks/program';
import { sidecarConfig } from '../../config/sidecar.ts';
import { SIDECAR_VARIABLES } from '../../protocol.ts';
import { openSidecar } from '../../sidecar/open.ts';
import { type Account, asTask } from './account.ts';

/** The sidecar of each task in this process: the account's own time passes for it, so that it need not be waited for. */
export function sidecarInside(on: () => Account): TaskProgram {
	return {
		async start({ env, network }) {
			const port = (name: 'port' | 'upstreamPort') => network.port(Number(env[SIDECAR_VARIABLES[name]]));
			const ports = { port: String(await port('port')), upstreamPort: String(await port('upstreamPort')) };
			const variables = Object.entries(ports).map(([name, value]) => [SIDECAR_VARIABLES[name as 'port'], value]);
			const { world } = on();
			const sidecar = await openSidecar({
				config: sidecarConfig({ ...env, ...Object.fromEntries(variables) }),
				logger: { debug() {}, info() {}, warn() {}, error() {} },
				parameterStore: async () => asTask(world.aws.ssm, env),
				clock: backgroundClock(world.clock),
			});
			let exit = (_code: number) => {};
			const exited = new Promise<number>((resolve) => {
				exit = resolve;
			});
			return {
				address: `127.0.0.1:${sidecar.port}`,
				ready: Promise.resolve(),
				exit: exited,
				stop: (signal) => void sidecar.close(signal === 'SIGKILL' ? 0 : 100_000).then(() => exit(0)),
			};
		},
	};
}
