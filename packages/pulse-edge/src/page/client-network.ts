/** Whom one client may be: an IPv4 address, or the /64 network of an IPv6 address, which hands its user as many as there are. */
export function networkOf(given: string): string {
	// Load balancers can be told to name the client's port as well, which is another one with each connection.
	const [, v4, v6] = /^(?:(\d+\.\d+\.\d+\.\d+):\d+|\[(.+)\](?::\d+)?)$/.exec(given) ?? [];
	const address = v4 ?? v6 ?? given;
	if (!address.includes(':')) return address;
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
	if (mapped !== null) return mapped[1]!;
	const [before = '', after] = address.split('%', 1)[0]!.split('::');
	const groups = before.split(':').filter((group) => group !== '');
	const behind = (after ?? '').split(':').filter((group) => group !== '');
	while (groups.length + behind.length < 8 && after !== undefined) groups.push('0');
	const first = [...groups, ...behind].slice(0, 4);
	return `${first.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
