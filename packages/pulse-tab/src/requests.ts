import { isStale } from './stale.ts';
import { begin, calls } from './unsaved.ts';
import { first, hide, pinAt, pinRequest, script, wrap } from './wrap.ts';

/** `gone`: an answer said so. `probe`: a socket or a stream ended without a word. */
export function pinRequests(gone: () => void, probe: () => void): void {
	const hear = (status: number, header: (name: string) => string | null) => isStale(status, header) && gone();
	wrap(window, 'fetch', pinRequest, (answer: Promise<Response>, [input, init]) => {
		// What reads comes before `I`, and DELETE is done in a moment.
		const end = begin(init?.body || input?.method > 'I' ? 1 : 0);
		answer.then(({ status, headers }) => {
			end();
			hear(status, (name) => headers.get(name));
		}, end);
	});
	const { prototype } = XMLHttpRequest;
	wrap(prototype, 'open', pinAt(1), (request: XMLHttpRequest) => {
		request.addEventListener('loadend', () => hear(request.status, (name) => request.getResponseHeader(name)));
	});
	wrap(prototype, 'send', ([body], request: XMLHttpRequest) => {
		if (body && request.readyState === 1) request.addEventListener('loadend', begin(), { once: true });
	});
	wrap(window, 'WebSocket', first, (socket: WebSocket) => {
		socket.addEventListener('close', ({ wasClean }) => wasClean || probe());
	});
	wrap(window, 'EventSource', first, (stream: EventSource) => stream.addEventListener('error', probe));
	wrap(
		window,
		'RTCPeerConnection',
		() => {},
		(call) => calls.push(call),
	);
	wrap(navigator, 'sendBeacon', first);
	for (const worker of ['Worker', 'SharedWorker']) wrap(window, worker, script);
	for (const owner of [window.Response, window.WebSocket, window.EventSource]) hide(owner, 'url');
	hide(XMLHttpRequest, 'responseURL');
}
