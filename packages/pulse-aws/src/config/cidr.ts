import { isIPv4 } from 'node:net';
import { list } from 'pulse-deploy-kit/setting-kinds';

/** IPv4 ranges, repeated or comma-separated. */
export function parseCidrs(raw: unknown): readonly string[] {
	const ranges = list(raw).flatMap((text) =>
		text
			.split(',')
			.map((part) => part.trim())
			.filter((part) => part !== ''),
	);
	for (const range of ranges) {
		const [address = '', length = '', ...rest] = range.split('/');
		const ok = isIPv4(address) && /^\d{1,2}$/.test(length) && Number(length) <= 32 && rest.length === 0;
		if (!ok) throw new Error(`must be IPv4 ranges like 192.0.2.0/24, got '${range}'`);
	}
	return ranges;
}
