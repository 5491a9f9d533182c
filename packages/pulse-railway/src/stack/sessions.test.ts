import { expect, it } from 'vitest';
import type { RouterPort } from '../adapters/ports.ts';
import type { ControlStatus } from '../control/status.ts';
import { sessionsOfUnknown } from './sessions.ts';

it('a container app that no record names is not asked for sessions, so no secret of the stack is sent to it', async () => {
	const asked: unknown[] = [];
	const router = {
		control: async (_method: string, params: unknown) => {
			asked.push(params);
			return { reachable: true, total: 1, connected: 1, drainable: false };
		},
	} as unknown as RouterPort;
	const service = (id: string) => ({ id, serviceName: `pulse-${id}`, serviceId: id, latestDeploymentId: null });
	const container = { affinity: 'tab', healthPath: '/', port: 8501 } as const;
	const sessions = await sessionsOfUnknown(
		[{ ...service('stranger'), container }, service('pulse-app')],
		{ sessions: {} } as ControlStatus,
		router,
		AbortSignal.timeout(5_000),
	);
	expect(asked).toEqual([{ id: 'pulse-app', serviceName: 'pulse-pulse-app' }]);
	expect(sessions).toMatchObject({ stranger: { reachable: false }, 'pulse-app': { total: 1 } });
});
