import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './atomic-file.ts';

/** Private names, one file an environment: `"<service>": "127.0.0.1:<port>"` (facts §5: scoped to project + environment). */
export interface PrivateNetworkFiles {
	path(environmentId: string): string;
	set(environmentId: string, serviceName: string, port: number | null): void;
	rename(environmentId: string, before: string, after: string): void;
}

export function openPrivateNetworkFiles(dir: string): PrivateNetworkFiles {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const environments = new Map<string, Map<string, string>>();
	const path = (environmentId: string) => join(dir, `${environmentId}.json`);
	const save = (environmentId: string, names: ReadonlyMap<string, string>) =>
		replaceFile(path(environmentId), `${JSON.stringify(Object.fromEntries(names), null, '\t')}\n`);
	return {
		path(environmentId) {
			if (!environments.has(environmentId)) {
				environments.set(environmentId, new Map());
				replaceFile(path(environmentId), '{}\n');
			}
			return path(environmentId);
		},
		set(environmentId, serviceName, port) {
			const names = environments.get(environmentId) ?? new Map<string, string>();
			environments.set(environmentId, names);
			const address = port === null ? undefined : `127.0.0.1:${port}`;
			if (names.get(serviceName) === address) return;
			if (address === undefined) names.delete(serviceName);
			else names.set(serviceName, address);
			save(environmentId, names);
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
