import { expect, it } from 'vitest';
import { redisServerMissing } from '../../packages/pulse-railway/src/stores/testing/redis-server.ts';
import { soak } from './soak.ts';

const missing = redisServerMissing();

it.skipIf(missing)(
	`promotions, a store that restarts empty and routers that take over fail nobody${missing ? ` (${missing})` : ''}`,
	async () => {
		const atLeast = { promotions: 6, storeRestarts: 1, handovers: 2 };
		const result = await soak({ seconds: 14, promoteEvery: 1, restartStoreEvery: 6, handOverEvery: 4, atLeast });
		const { failed, wrong, socketsLost, failures } = result;
		expect({ failed, wrong, socketsLost, failures }).toEqual({ failed: 0, wrong: 0, socketsLost: 0, failures: [] });
		expect(result.promotions).toBeGreaterThan(5);
		expect(result.storeRestarts).toBeGreaterThan(0);
		expect(result.handovers).toBeGreaterThan(1);
		expect(result.socketsHandedOver).toBeGreaterThan(0);
		expect(result.requests).toBeGreaterThan(100);
	},
	120_000,
);
