import { queryValue, queryWithout } from '../decide/affinity.ts';
import { AFFINITY_QUERY } from '../protocol.ts';

/**
 * Where a pinned request is led, with its pin (contract C1.4): without it, what follows a form would be the newest version's
 * answer to the old one's session. `null` where the address is another origin's, or names a version itself.
 */
export function pinnedLocation(location: string, id: string, hosts: readonly string[]): string | null {
	const [address = '', fragment = ''] = /^([^#]*)(#.*)?$/.exec(location)?.slice(1) ?? [];
	const absolute = /^https?:\/\/([^/?#\\@]*)(.*)$/i.exec(address);
	if (absolute !== null) {
		if (!hosts.includes(absolute[1]!.toLowerCase()) || !/^(?:[/?]|$)/.test(absolute[2]!)) return null;
	} else if (/^(?:[/\\]{2}|[a-z][a-z0-9+.-]*:)/i.test(address) || address === '') return null;
	const mark = address.indexOf('?');
	if (mark !== -1 && queryValue(address.slice(mark + 1), AFFINITY_QUERY) !== '') return null;
	return withPin(address, id) + fragment;
}

/** An address without a fragment, with a pin at its end. */
export function withPin(address: string, id: string): string {
	const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
	return `${address}${joint}${AFFINITY_QUERY}=${id}`;
}

/** An address as it was before it had a pin. */
export function withoutPin(address: string): string {
	const mark = address.indexOf('?');
	if (mark === -1) return address;
	const query = queryWithout(address.slice(mark + 1), AFFINITY_QUERY);
	return query === '' ? address.slice(0, mark) : `${address.slice(0, mark)}?${query}`;
}
