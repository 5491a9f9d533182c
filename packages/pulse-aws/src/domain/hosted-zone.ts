import { plainName } from './plain-name.ts';

export interface HostedZone {
	/** `/hostedzone/Z…` or `Z…`. */
	readonly id: string;
	readonly name: string;
	readonly isPrivate: boolean;
}

/** The public zone that answers for the domain: the longest suffix. */
export function zoneFor(zones: readonly HostedZone[], domain: string): HostedZone | null {
	const wanted = `.${plainName(domain)}`;
	const matching = zones.filter((zone) => !zone.isPrivate && wanted.endsWith(`.${plainName(zone.name)}`));
	return matching.sort((a, b) => plainName(b.name).length - plainName(a.name).length)[0] ?? null;
}
