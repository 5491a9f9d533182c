import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './atomic-file.ts';

/**
 * Private names, one file an environment (facts §5: scoped to project + environment): `"<service>": "127.0.0.1:<port>"`, and a
 * list of such addresses for a service of several replicas.
 */
export interface PrivateNetworkFiles {
	path(environmentId: string): string;
	/** Where its replicas listen; nowhere: it has no address any more. */
	set(environmentId: string, serviceName: string, ports: readonly number[]): void;
	rename(environmentId: string, before: string, after: string): void;
}

type Entry = string | readonly string[];

export function openPrivateNetworkFiles(dir: string): PrivateNetworkFiles {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const environments = new Map<string, Map<string, Entry>>();
	const path = (environmentId: string) => join(dir, `${environmentId}.json`);
	const save = (environmentId: string, names: ReadonlyMap<string, Entry>) =>
		replaceFile(path(environmentId), `${JSON.stringify(Object.fromEntries(names), null, '\t')}\n`);
	return {
		path(environmentId) {
			if (!environments.has(environmentId)) {
				environments.set(environmentId, new Map());
				replaceFile(path(environmentId), '{}\n');
			}
			return path(environmentId);
		},
		set(environmentId, serviceName, ports) {
			const names = new Map(environments.get(environmentId));
			const addresses = ports.map((port) => `127.0.0.1:${port}`);
			if (String(names.get(serviceName) ?? '') === String(addresses)) return;
			const [first] = addresses;
			if (first === undefined) names.delete(serviceName);
			else names.set(serviceName, addresses.length === 1 ? first : addresses);
			save(environmentId, names);
			// Only then, so that what could not be written is written with the next change.
			environments.set(environmentId, names);
		},
		rename(environmentId, before, after) {
			const names = environments.get(environmentId);
			const address = names?.get(before);
			if (!names || address === undefined) return;
			names.delete(before);
			names.set(after, address);
			save(environmentId, names);
		},
	};
}
