import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { clientMessage } from './messages.ts';

test('of a long reason that a page gives, no more is kept than is shown', () => {
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	const held = (count: number) =>
		clientMessage.parse(JSON.parse(`{"type":"presence","state":"held","reason":"${count} ${'x'.repeat(500_000)}"}`));
	held(0);
	collect();
	const before = process.memoryUsage().heapUsed;
	const kept = Array.from({ length: 200 }, (_, count) => held(count));
	collect();
	expect((process.memoryUsage().heapUsed - before) / 1e6).toBeLessThan(20);
	expect(kept.map((message) => 'reason' in message && message.reason?.length)).toEqual(Array(200).fill(100));
});
