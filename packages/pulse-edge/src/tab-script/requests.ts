import { gone, isGone } from './gone.ts';
import { probe } from './presence.ts';
import { type Any, first, hide, pinRequest, script, wrap } from './wrap.ts';

export function pinRequests(): void {
	wrap(window, 'fetch', pinRequest, (answer: Promise<Response>) => {
		answer.then(
			({ status, headers }) => isGone(status, (name) => headers.get(name)) && gone(),
			() => {},
		);
	});
	wrap(
		XMLHttpRequest.prototype,
		'open',
		(args) => first(args, 1),
		(request: XMLHttpRequest) => {
			request.addEventListener(
				'loadend',
				() => isGone(request.status, (name) => request.getResponseHeader(name)) && gone(),
			);
		},
	);
	wrap(window, 'WebSocket', first, (socket: WebSocket) => {
		socket.addEventListener('close', ({ wasClean }) => wasClean || probe());
	});
	wrap(window, 'EventSource', first, (stream: EventSource) => stream.addEventListener('error', probe));
	wrap(navigator, 'sendBeacon', first);
	wrap(window, 'Worker', script);
	wrap(window, 'SharedWorker', script);
	hide(window.Response, 'url');
	hide(window.XMLHttpRequest, 'responseURL');
	hide(window.WebSocket, 'url');
	hide(window.EventSource, 'url');
}

/** A method of a prototype that is to be preceded by something. */
export function before(owner: Any, name: string, first: (self: Any, args: Any[]) => void): void {
	const original = owner[name];
	owner[name] = new Proxy(original, {
		apply(target, self, args) {
			first(self, args);
			return Reflect.apply(target, self, args);
		},
	});
}
