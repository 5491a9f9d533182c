import { type Guard, guarded } from 'pulse-deploy-kit/plan/guard';
import type { Aws } from './aws.ts';
import { isAwsError, NOT_ALLOWED } from './error-names.ts';

/**
 * Reads end when the signal aborts, also those that wait for a network that is silent. Writes do not: whether one that was
 * given up took effect would not be known.
 */
export function interruptible<Some extends Partial<Aws>>(aws: Some, signal: AbortSignal): Some {
	// Each read has a signal of its own: Node takes more than ten listeners on one for a leak, of which it warns people.
	return changed(aws, (call, name) =>
		isRead(name) ? (input) => call(input, { abortSignal: AbortSignal.any([signal]) }) : call,
	);
}

/**
 * Every write waits for the guard first. The SDK repeats a write whose answer was lost, up to eight times and also after
 * the machine slept: what would change or delete what is another's by then is given up once the guard does not hold, and
 * comes again only when it agrees again.
 * @param looksAfter the caller looks afterwards what a late write has done, and puts it right. Default true
 */
export function guardedWrites<Some extends Partial<Aws>>(aws: Some, guard: Guard, looksAfter = true): Some {
	return changed(aws, (call, name) => {
		if (isRead(name)) return call;
		return async (input) => {
			if (!looksAfter || !isAnswerNeeded(name))
				return guarded(guard, never, (late) => call(input, { abortSignal: late }));
			await guard.confirm(never);
			return call(input);
		};
	});
}

const isRead = (name: string) => /^(describe|list|get)/.test(name);

/**
 * What a run makes is its own, also when it is made late, and undo must know what was made. Where the listener leads is
 * looked at after the change, and put right (`switchTraffic`): given up, it might change after that look.
 */
const isAnswerNeeded = (name: string) => /^(create|register|request|modifyListener$)/.test(name);

const never = new AbortController().signal;

/** What calls were refused for want of a right: `ecs:ListServices`, as IAM writes it. */
export function tellingRefusals(aws: Aws, refused: (right: string) => void): Aws {
	return changed(aws, (call, name, service) => async (input, options) => {
		try {
			return await call(input, options);
		} catch (error) {
			if (isAwsError(error, ...NOT_ALLOWED)) refused(rightOf(service, name));
			throw error;
		}
	});
}

const PREFIXES: Readonly<Record<string, string>> = { elb: 'elasticloadbalancing' };
const rightOf = (service: string, name: string) =>
	`${PREFIXES[service] ?? service}:${name.charAt(0).toUpperCase()}${name.slice(1)}`;

type Call = (input: unknown, options?: { abortSignal?: AbortSignal }) => Promise<unknown>;
type Change = (call: Call, name: string, service: string) => Call;

function changed<Some extends Partial<Aws>>(aws: Some, change: Change): Some {
	const services = Object.entries(aws).map(([name, service]) => [
		name,
		typeof service === 'object' ? changedService(service, (call, method) => change(call, method, name)) : service,
	]);
	return Object.fromEntries(services) as Some;
}

function changedService<Service extends object>(service: Service, change: (call: Call, name: string) => Call): Service {
	return new Proxy(service, {
		get(target, name) {
			const method: unknown = Reflect.get(target, name);
			if (typeof method !== 'function') return method;
			return change(method.bind(target) as Call, String(name));
		},
	});
}
