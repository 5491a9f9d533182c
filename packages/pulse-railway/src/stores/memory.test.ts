import { systemClock } from 'pulse-deploy-kit/clock';
import { createMemoryWorld, openMemory } from './memory.ts';
import { describeStore } from './store.suite.ts';

describeStore('memory', async () => {
	const world = createMemoryWorld();
	return { connect: async () => openMemory(systemClock, world), stop: async () => {} };
});
