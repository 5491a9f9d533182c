export interface HostedZone {
	/** `/hostedzone/Z…` or `Z…`. */
	readonly id: string;
	readonly name: string;
	readonly isPrivate: boolean;
}

/** The public zone that answers for the domain: the longest suffix. */
export function zoneFor(zones: readonly HostedZone[], domain: string): HostedZone | null {
	const wanted = `.${domain.toLowerCase().replace(/\.$/, '')}`;
	const matching = zones.filter((zone) => !zone.isPrivate && wanted.endsWith(`.${bare(zone.name)}`));
	return matching.sort((a, b) => bare(b.name).length - bare(a.name).length)[0] ?? null;
}

const bare = (name: string) => name.toLowerCase().replace(/\.$/, '');
