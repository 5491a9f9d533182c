import { expect, it } from 'vitest';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import { storeUrlOfStack } from './store-url.ts';

const ROUTER = { service: 'router', redisService: undefined };
const reference = (service: string, space = '') => `\${{${space}${service}.REDIS_URL${space}}}`;

function stack(variables: Record<string, Record<string, string | null>>): StackObservation {
	const services = Object.entries(variables).map(
		([name, of]) => ({ name, variables: of }) as unknown as ObservedService,
	);
	return { services, sharedVariables: { REDIS_URL: 'redis://shared' } } as unknown as StackObservation;
}

it('is the plain address of the router service', () => {
	expect(storeUrlOfStack(stack({ router: { REDIS_URL: 'redis://external' } }), ROUTER)).toBe('redis://external');
});

it('follows references to the Redis service and to shared variables', () => {
	const redis = { REDIS_URL: 'redis://default:pw@redis.railway.internal:6379' };
	expect(storeUrlOfStack(stack({ router: { REDIS_URL: reference('redis', ' ') }, redis }), ROUTER)).toBe(
		redis.REDIS_URL,
	);
	expect(storeUrlOfStack(stack({ router: { REDIS_URL: reference('shared') } }), ROUTER)).toBe('redis://shared');
});

it('is that of the Redis service where the router has none', () => {
	const variables = { router: {}, cache: { REDIS_URL: 'redis://cache' } };
	expect(storeUrlOfStack(stack(variables), { ...ROUTER, redisService: 'cache' })).toBe('redis://cache');
});

it('is nothing when it cannot be read', () => {
	for (const variables of [
		{},
		{ router: {} },
		{ router: { REDIS_URL: null } },
		{ router: { REDIS_URL: reference('gone') } },
		{ router: { REDIS_URL: reference('router') } },
		{ router: { REDIS_URL: `redis://${reference('redis')}:6379` } },
	]) {
		expect(storeUrlOfStack(stack(variables), ROUTER)).toBeNull();
	}
});
