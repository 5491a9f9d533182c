import { expect, it } from 'vitest';
import { type Serialized, serialize } from '../wire/serialize.ts';
import { Delivery } from './delivery.ts';

const message = (n: number): Serialized => serialize(n);
const reload = [serialize({ type: 'reload' })];

function handedOver(count: number): Delivery {
	const delivery = new Delivery();
	delivery.resume(0);
	for (let n = 1; n <= count; n += 1) delivery.handedOver(message(n));
	return delivery;
}

it('a page gets what it has not seen, and only that', () => {
	expect(handedOver(3).resume(1)).toEqual([message(2), message(3)]);
	expect(handedOver(3).resume(3)).toEqual([]);
});

it('a page that has seen more than was sent comes from another life, and loads anew', () => {
	expect(handedOver(3).resume(4)).toEqual(reload);
	expect(handedOver(3).resume(-1)).toEqual(reload);
	expect(handedOver(200).resume(0)).toEqual(reload);
});

it('a client that does not count gets nothing twice, and costs no memory', () => {
	const delivery = new Delivery();
	expect(delivery.resume(null)).toEqual([]);
	delivery.handedOver(message(1));
	expect(delivery.resume(null)).toEqual([]);
	expect([delivery.resume(0), delivery.heard]).toEqual([reload, 0]);
});

it('what a second heartbeat has confirmed is forgotten', () => {
	const delivery = handedOver(3);
	delivery.heartbeat();
	delivery.handedOver(message(4));
	expect(delivery.resume(0)).toHaveLength(4);
	delivery.heartbeat();
	expect(delivery.resume(3)).toEqual([message(4)]);
	expect(delivery.resume(2)).toEqual(reload);
	delivery.heartbeat();
	expect(delivery.resume(4)).toEqual([]);
	expect(delivery.resume(3)).toEqual(reload);
});

it('a page that gets much confirms it between the heartbeats, one question at a time', () => {
	const delivery = handedOver(9);
	const confirm = delivery.handedOver(message(10));
	const later = [11, 12, 13].map((n) => delivery.handedOver(message(n)));
	expect(later).toEqual([undefined, undefined, undefined]);
	confirm?.();
	expect(delivery.resume(10)).toEqual([11, 12, 13].map(message));
	expect(delivery.resume(9)).toEqual(reload);
});
