import { systemClock } from 'pulse-deploy-kit/clock';
import { afterEach, beforeEach, describe } from 'vitest';
import { describeActivity } from './activity.suite.ts';
import { describeCanary } from './canary.suite.ts';
import { createDeploymentStore } from './deployment-store.ts';
import { describeDeployments } from './deployments.suite.ts';
import { describeHistory } from './history.suite.ts';
import { describeKv } from './kv.suite.ts';
import { describeLocks } from './locks.suite.ts';
import { describeNewest } from './newest.suite.ts';
import { describeNotices } from './notices.suite.ts';
import { describePredecessor } from './predecessor.suite.ts';
import { describePreviews } from './preview.suite.ts';
import { describeSupersede } from './supersede.suite.ts';
import { createKv } from './testing/kv.ts';
import type { StoreFixture, StoreHarness } from './testing/store-fixture.ts';
import { describeWatching } from './watch.suite.ts';

/** What every backend must do; `start` gives each test an empty one. */
export function describeStore(name: string, start: () => Promise<StoreHarness>): void {
	describe(`${name} store`, () => {
		const on = {} as StoreFixture;

		beforeEach(async () => {
			on.harness = await start();
			on.store = createDeploymentStore(await on.harness.connect(), 'pulse:railway', systemClock);
			on.other = createDeploymentStore(await on.harness.connect(), 'pulse:railway:', systemClock);
			on.kv = createKv(await on.harness.connect());
		});
		afterEach(async () => {
			await Promise.all([on.store.close(), on.other.close(), on.kv.close()]);
			await on.harness.stop();
		});

		describeDeployments(on);
		describeCanary(on);
		describePreviews(on);
		describeHistory(on);
		describeNotices(on);
		describeActivity(on);
		describeLocks(on);
		describeSupersede(on);
		describeNewest(on);
		describeWatching(on);
		describePredecessor(on);
		describeKv(on);
	});
}
