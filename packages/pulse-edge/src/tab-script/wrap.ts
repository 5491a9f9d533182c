import { id, isOwnAddress, pin, unpinned } from './pin.ts';

// biome-ignore lint/suspicious/noExplicitAny: what pages may hand over, whatever they declare
export type Any = any;

/** `pinned` changes the arguments of a call or a construction; subclasses, statics and `instanceof` pass. */
export function wrap(
	owner: Any,
	name: string,
	pinned: (args: Any[]) => void,
	then: (made: Any) => void = () => {},
): void {
	const original = owner?.[name];
	if (!original) return;
	owner[name] = new Proxy(original, {
		apply(target, self, args) {
			if (args.length > 0) pinned(args);
			const made = Reflect.apply(target, self, args);
			then(made ?? self);
			return made;
		},
		construct(target, args, newTarget) {
			if (args.length > 0) pinned(args);
			const made = Reflect.construct(target, args, newTarget);
			then(made);
			return made;
		},
	});
}

/** What the page reads is what it wrote. */
export function hide(owner: Any, name: string): void {
	const property = Object.getOwnPropertyDescriptor(owner?.prototype ?? {}, name);
	if (!property?.get) return;
	const { get } = property;
	Object.defineProperty(owner.prototype, name, {
		...property,
		get() {
			return unpinned(get.call(this));
		},
	});
}

/** A `Request` is a whole that cannot be given another address without losing parts, so it says its version by header. */
export function pinRequest(args: Any[]): void {
	const [input, init] = args;
	try {
		// By its kind: another frame's `Request` is no instance of this one's.
		if (Object.prototype.toString.call(input) !== '[object Request]') args[0] = pin(input);
		else if (isOwnAddress(input.url)) {
			const request = new Request(input, init);
			args.splice(0, 2, request);
			if (request.mode !== 'no-cors') request.headers.set('x-pulse-deployment', id);
			// One with a body stays as it is: `no-cors` sends no stream, and has the cookie.
			else if (request.method !== 'POST') args[0] = new Request(pin(request.url), request);
		}
	} catch {
		// What is wrong with it `fetch` says, by its promise.
	}
}

export const first = (args: Any[], at = 0) => {
	args[at] = pin(args[at]);
};
/** What a policy has approved stays as it is. */
export const script = (args: Any[]) => {
	const written = typeof args[0] === 'string' && !(globalThis as Any).trustedTypes?.defaultPolicy;
	if (written || args[0] instanceof URL) first(args);
};
