import type { Aws } from './aws.ts';

/**
 * Reads end when the signal aborts, also those that wait for a network that is silent. Writes do not: whether one that was
 * given up took effect would not be known.
 */
export function interruptible(aws: Aws, signal: AbortSignal): Aws {
	const services = Object.entries(aws).map(([name, service]) => [
		name,
		typeof service === 'object' ? readsUntil(service, signal) : service,
	]);
	return Object.fromEntries(services) as Aws;
}

function readsUntil<Service extends object>(service: Service, signal: AbortSignal): Service {
	return new Proxy(service, {
		get(target, name) {
			const method: unknown = Reflect.get(target, name);
			if (typeof method !== 'function') return method;
			const call = method.bind(target);
			return /^(describe|list|get)/.test(String(name))
				? (input: unknown) => call(input, { abortSignal: signal })
				: call;
		},
	});
}
