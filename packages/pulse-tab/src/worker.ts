import { id } from './pin.ts';
import { type Any, first, hide, pinAt, pinRequest, script, wrap } from './wrap.ts';

/** In front of a worker's own script: what it asks for by a socket or through a policy without referrer says its version, too. */
if (id) {
	const scope = globalThis as Any;
	wrap(scope, 'fetch', pinRequest);
	wrap(scope.XMLHttpRequest?.prototype, 'open', pinAt(1));
	wrap(scope, 'WebSocket', first);
	wrap(scope, 'EventSource', first);
	wrap(scope, 'Worker', script);
	hide(scope.Response, 'url');
	hide(scope.XMLHttpRequest, 'responseURL');
	hide(scope.WebSocket, 'url');
	hide(scope.EventSource, 'url');
}
