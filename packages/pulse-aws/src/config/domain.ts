import { usageError } from 'pulse-deploy-kit/errors';

/** The name on a certificate has at most 64 characters. */
const MAX = 64;

/** @throws usage error for anything but a plain host name with at least two labels */
export function parseDomain(raw: string): string {
	const domain = raw.trim().toLowerCase().replace(/\.$/, '');
	const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
	const labels = domain.split('.');
	if (labels.length >= 2 && domain.length <= MAX && labels.every((one) => label.test(one))) return domain;
	throw usageError(`'${raw}' is not a domain`, 'Pass a plain name like app.example.com, without https:// and path.');
}
