import type { ClientRequest } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import { publicHost } from '../forward/forwarded.ts';

/** Under which this app is asked; the browser's own first. */
export function hostsOf({ forwarded, host }: RequestHead, { socket }: Pick<ClientRequest, 'socket'>): string[] {
	return [publicHost(forwarded, host, socket.remoteAddress ?? ''), host].map((one) => one.toLowerCase());
}
