import type { ClientRequest } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import { isSecure, publicHost } from '../forward/forwarded.ts';

/** As what the browser knows this app. Worked out when it is asked for: hardly any request needs it. */
export class PublicOrigin {
	readonly #head: RequestHead;
	readonly #request: Pick<ClientRequest, 'socket'>;

	constructor(head: RequestHead, request: Pick<ClientRequest, 'socket'>) {
		this.#head = head;
		this.#request = request;
	}

	/** Under which it is asked; the browser's own first. */
	get hosts(): readonly string[] {
		const { forwarded, host } = this.#head;
		return [publicHost(forwarded, host, this.#peer), host].map((one) => one.toLowerCase());
	}

	/** Of an `Origin`, or of an address: it is of this app. */
	isOwn(address: string): boolean {
		const host = /^https?:\/\/([^/?#]+)/i.exec(address)?.[1]?.toLowerCase();
		return host !== undefined && this.hosts.includes(host);
	}

	/** Its browser spoke TLS. */
	get secure(): boolean {
		return isSecure(this.#head.forwarded, this.#peer);
	}

	get #peer(): string {
		return this.#request.socket.remoteAddress ?? '';
	}
}
