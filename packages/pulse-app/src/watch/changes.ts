import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps. */
const SETTLE_MS = 100;

/** Calls back once when one of these files changes, comes or goes. Folders are watched, because editors replace files. */
export function onceChanged(
	files: Iterable<string>,
	then: (file: string) => void,
): { add(file: string): void; stop(): void } {
	const names = new Map<string, Set<string>>();
	const watchers: FSWatcher[] = [];
	let timer: NodeJS.Timeout | undefined;
	const stop = () => {
		clearTimeout(timer);
		for (const watcher of watchers.splice(0)) watcher.close();
	};
	const add = (file: string) => {
		const folder = dirname(file);
		const known = names.get(folder);
		if (known !== undefined) return void known.add(basename(file));
		names.set(folder, new Set([basename(file)]));
		try {
			const watcher = watch(folder, (_event, name) => {
				if (name === null || !names.get(folder)?.has(name)) return;
				clearTimeout(timer);
				timer = setTimeout(() => {
					stop();
					then(name);
				}, SETTLE_MS);
			});
			watchers.push(watcher.on('error', () => {}));
		} catch {
			// A folder that is gone cannot change.
		}
	};
	for (const file of files) add(file);
	return { add, stop };
}
