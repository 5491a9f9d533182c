import { expect, it } from 'vitest';
import { commandText, readOrder } from './order.ts';

it('an order is a verb, a version and what is said with it, as it would be typed', () => {
	const order = readOrder({ verb: 'drain', id: 'shop-1', flags: { by: '18:00' } });
	expect(order).toEqual({ verb: 'drain', id: 'shop-1', flags: { by: '18:00' } });
	expect(commandText('pulse-railway', order!)).toBe('pulse-railway drain shop-1 --by 18:00');
	expect(readOrder({ verb: 'rollback' })).toEqual({ verb: 'rollback', id: null, flags: {} });
	expect(commandText('pulse-aws', readOrder({ verb: 'redeploy', id: 'shop-1' })!)).toBe(
		'pulse-aws rollback --redeploy shop-1',
	);
});

it.each([
	[{ verb: 'delete', id: 'shop-1' }],
	[{ verb: '__proto__', id: 'shop-1' }],
	[{ verb: 'recall' }],
	[{ verb: 'redeploy' }],
	[{ verb: 'rollback', id: 'shop-1', flags: { redeploy: 'true' } }],
	[{ verb: 'recall', id: '--yes' }],
	[{ verb: 'recall', id: 'shop-1', flags: { now: 'true' } }],
	[{ verb: 'recall', id: 'shop-1', flags: { within: '10m\n--yes' } }],
	[{ verb: 'promote', id: 'shop-1', flags: ['to'] }],
	[{ verb: 'drain', id: ['shop-1'], flags: {} }],
	[null],
])('what no page of ours sends is no order: %j', (json) => {
	expect(readOrder(json)).toBeNull();
});
