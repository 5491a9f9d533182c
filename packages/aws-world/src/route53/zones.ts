import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Arns } from '../arn.ts';

export interface Zone {
	/** `/hostedzone/Z…`, as the API writes it. */
	readonly id: string;
	/** With the final dot. */
	readonly name: string;
	readonly isPrivate: boolean;
	/** By `<name> <type>`, names with the final dot. */
	readonly records: Map<string, ResourceRecordSet>;
}

/** Hosted zones of the account, and what the rest of the world resolves. */
export class Zones {
	readonly all: Zone[] = [];
	/** Records a page of a list: 300 at most. */
	pageSize = 300;
	/** Records at another DNS provider: `<name> <type>` to value. */
	readonly elsewhere = new Map<string, string>();
	readonly #arns: Arns;

	constructor(arns: Arns) {
		this.#arns = arns;
	}

	/** A hosted zone of the account. Two may share a name, one of them private. */
	add(name: string, isPrivate = false): Zone {
		const zone: Zone = { id: `/hostedzone/Z${this.#arns.id(12)}`, name: dotted(name), isPrivate, records: new Map() };
		this.all.push(zone);
		return zone;
	}

	/** The CNAME of a name, in a public zone of the account or elsewhere; without its final dot. */
	cname(name: string): string | undefined {
		const key = `${dotted(name)} CNAME`;
		const own = this.all
			.filter((zone) => !zone.isPrivate)
			.flatMap((zone) => zone.records.get(key)?.ResourceRecords?.[0]?.Value ?? []);
		return (own[0] ?? this.elsewhere.get(key))?.replace(/\.$/, '');
	}

	/** A record that the operator adds by hand at another provider. */
	addElsewhere(name: string, type: string, value: string): void {
		this.elsewhere.set(`${dotted(name)} ${type}`, value);
	}
}

/** As lists write names: all but letters, digits, hyphens and underscores by its octal code. */
export const escaped = (name: string) =>
	name.replace(/[^a-z0-9._-]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);

export const unescaped = (name: string) =>
	name.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

export const dotted = (name: string) => (name.endsWith('.') ? name : `${name}.`).toLowerCase();
