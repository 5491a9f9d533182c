import { afterAll, beforeAll, describe } from 'vitest';
import { openStore } from '../stores/open.ts';
import { type RedisServer, redisServerMissing, startRedisServer } from '../stores/testing/redis-server.ts';
import { describeAgreement } from './agreement.suite.ts';
import { describePreviews } from './preview.suite.ts';
import { describeRecall } from './recall.suite.ts';
import { describeResting } from './resting.suite.ts';
import { describeRetirement } from './retirement.suite.ts';
import type { OpenStore } from './testing/janitor-fixture.ts';

const missing = redisServerMissing();

describe('over the memory store', () => {
	const open: OpenStore = (clock) => openStore('memory:', { prefix: 'p', clock });
	describeRetirement(open);
	describeAgreement(open);
	describeRecall(open);
	describePreviews(open);
	describeResting(open);
});

describe.skipIf(missing !== null)(missing ?? 'over a real redis-server', () => {
	let redis: RedisServer;
	let stores = 0;
	beforeAll(async () => {
		redis = await startRedisServer();
	});
	afterAll(() => redis?.stop());

	const open: OpenStore = (clock) => openStore(redis.url, { prefix: `p${stores++}`, clock });
	describeRetirement(open);
	describeAgreement(open);
	describeRecall(open);
	describePreviews(open);
	describeResting(open);
});
