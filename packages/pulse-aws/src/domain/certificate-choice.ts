import { plainName } from './plain-name.ts';

/** A certificate as ACM lists it. */
export interface Certificate {
	readonly arn: string;
	readonly status: string;
	/** Domain name and subject alternative names. */
	readonly names: readonly string[];
	/** Unix ms; `null` while pending. */
	readonly expiresAt: number | null;
}

/** Whether a name on a certificate covers the domain. A wildcard covers exactly one label. */
export function nameCovers(name: string, domain: string): boolean {
	const [covered, wanted] = [plainName(name), plainName(domain)];
	if (covered === wanted) return true;
	if (!covered.startsWith('*.')) return false;
	const dot = wanted.indexOf('.');
	return dot > 0 && wanted.slice(dot) === covered.slice(1);
}

/** The certificate to use: issued before pending, then the one that lasts longest. `null`: request one. */
export function chooseCertificate(certificates: readonly Certificate[], domain: string): Certificate | null {
	const usable = certificates.filter(
		(certificate) => rank(certificate) < 2 && certificate.names.some((name) => nameCovers(name, domain)),
	);
	usable.sort((a, b) => rank(a) - rank(b) || (b.expiresAt ?? 0) - (a.expiresAt ?? 0) || (a.arn < b.arn ? -1 : 1));
	return usable[0] ?? null;
}

const rank = ({ status }: Certificate) => (status === 'ISSUED' ? 0 : status === 'PENDING_VALIDATION' ? 1 : 2);

/** Visitors who would be turned away. */
export interface Forsaken {
	/** The name by which they are served so far. */
	readonly served: string;
	/** A name of the certificate that does not cover it. */
	readonly by: string;
}

/**
 * `null`: none that is known.
 * @param current what serves visitors @param next in its place; `null`: one that is to be requested, or of which nothing is known
 */
export function forsakenBy(current: Certificate, next: Certificate | null, domain: string): Forsaken | null {
	const isCovered = (name: string, names: readonly string[]) => names.some((one) => nameCovers(one, name));
	const kept = next?.names ?? [domain];
	const served = (isCovered(domain, current.names) ? [domain] : current.names).find((name) => !isCovered(name, kept));
	if (served === undefined) return null;
	return { served, by: isCovered(domain, kept) ? domain : (kept[0] ?? domain) };
}

/** Whether waiting for this status can still end well. */
export function certificateProgress(status: string | undefined): 'issued' | 'pending' | 'ended' {
	return status === 'ISSUED' ? 'issued' : status === 'PENDING_VALIDATION' ? 'pending' : 'ended';
}
