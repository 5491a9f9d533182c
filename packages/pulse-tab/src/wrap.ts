import { HEADER, id, pin, REPLICA_HEADER, replica, unpinned } from './pin.ts';

// biome-ignore lint/suspicious/noExplicitAny: what pages may hand over, whatever they declare
export type Any = any;

/** `before` may change the arguments of a call or a construction; subclasses, statics and `instanceof` pass. */
export function wrap(
	owner: Any,
	name: string,
	before: (args: Any[], self?: Any) => unknown,
	then?: (made: Any, args: Any[]) => void,
): void {
	if (!owner?.[name]) return;
	const run = (args: Any[], self: Any, make: () => Any) => {
		before(args, self);
		const made = make();
		then?.(made ?? self, args);
		return made;
	};
	owner[name] = new Proxy(owner[name], {
		apply: (target, self, args) => run(args, self, () => Reflect.apply(target, self, args)),
		construct: (target, args, newTarget) => run(args, null, () => Reflect.construct(target, args, newTarget)),
	});
}

/** What the page reads is what it wrote; `written`: what it writes, where that is to be pinned. */
export function hide(owner: Any, name: string, written?: (value: unknown) => unknown): void {
	const property = owner && Object.getOwnPropertyDescriptor(owner.prototype, name);
	if (!property) return;
	const { get, set } = property;
	Object.defineProperty(owner.prototype, name, {
		...property,
		get() {
			return unpinned(get.call(this));
		},
		...(written && {
			set(value) {
				set.call(this, written(value));
			},
		}),
	});
}

/** A `Request` is a whole that cannot be given another address without losing parts, so it says its version by header, unless it says it already. */
export function pinRequest(args: Any[]): void {
	const [input, init] = args;
	if (!args.length) return;
	try {
		// By its kind: another frame's `Request` is no instance of this one's.
		if (input?.[Symbol.toStringTag] !== 'Request') args[0] = pin(input);
		else if (pin(input.url) !== input.url && !new Headers(init?.headers).has(HEADER)) {
			const request = new Request(input, init);
			args.splice(0, 2, request);
			if (request.mode !== 'no-cors') {
				request.headers.set(HEADER, id);
				if (replica) request.headers.set(REPLICA_HEADER, replica);
			}
			// One with a body stays as it is: `no-cors` sends no stream, and has the cookie.
			else if (request.method !== 'POST') args[0] = new Request(pin(request.url), request);
		}
	} catch {
		// What is wrong with it `fetch` says, by its promise.
	}
}

/** Of the arguments of a call. */
export const pinAt =
	(at: number) =>
	(args: Any[]): void => {
		if (at in args) args[at] = pin(args[at]);
	};
export const first = pinAt(0);
/** What a policy has approved stays as it is. */
export const script = (args: Any[]) => {
	const written = typeof args[0] === 'string' && !(globalThis as Any).trustedTypes?.defaultPolicy;
	if (written || args[0] instanceof URL) first(args);
};
