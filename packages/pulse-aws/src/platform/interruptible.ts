import type { Aws } from './aws.ts';

/**
 * Reads end when the signal aborts, also those that wait for a network that is silent. Writes do not: whether one that was
 * given up took effect would not be known.
 */
export function interruptible(aws: Aws, signal: AbortSignal): Aws {
	return changed(aws, (call, isRead) => (isRead ? (input) => call(input, { abortSignal: signal }) : call));
}

/** Every write waits for `assure` first. */
export function guardedWrites(aws: Aws, assure: () => Promise<void>): Aws {
	return changed(aws, (call, isRead) => {
		if (isRead) return call;
		return async (...given) => {
			await assure();
			return call(...given);
		};
	});
}

type Call = (input: unknown, options?: { abortSignal?: AbortSignal }) => unknown;

function changed(aws: Aws, change: (call: Call, isRead: boolean) => Call): Aws {
	const services = Object.entries(aws).map(([name, service]) => [
		name,
		typeof service === 'object' ? changedService(service, change) : service,
	]);
	return Object.fromEntries(services) as Aws;
}

function changedService<Service extends object>(
	service: Service,
	change: (call: Call, isRead: boolean) => Call,
): Service {
	return new Proxy(service, {
		get(target, name) {
			const method: unknown = Reflect.get(target, name);
			if (typeof method !== 'function') return method;
			return change(method.bind(target) as Call, /^(describe|list|get)/.test(String(name)));
		},
	});
}
