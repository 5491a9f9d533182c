import { posix } from 'node:path';

/** Which folder of the image holds which folder of the upload (both without a slash at the end; the upload's root is `.`). */
export interface ImagePaths {
	/** The upload's path for one of the image, or `null` where nothing of the upload stands. */
	local(imagePath: string): string | null;
	place(imagePath: string, local: string): void;
	/** What stands at or below `source` of another stage stands at `target` here as well. */
	take(from: ImagePaths, source: string, target: string): void;
	entries(): Iterable<readonly [imagePath: string, local: string]>;
	copy(): ImagePaths;
}

export function imagePaths(start: Iterable<readonly [string, string]> = []): ImagePaths {
	const known = new Map(start);
	const paths: ImagePaths = {
		local(imagePath) {
			for (let at = imagePath; ; at = posix.dirname(at)) {
				const found = known.get(at);
				if (found !== undefined) return posix.join(found, posix.relative(at, imagePath)) || '.';
				if (at === '/') return null;
			}
		},
		place(imagePath, local) {
			const path = posix.normalize(local).replace(/(.)\/$/, '$1');
			// `COPY src ./src` into a folder of which nothing is known yet: it stands beside what comes later.
			const [above, beside] = [posix.dirname(imagePath), posix.dirname(path)];
			const isNamedAlike = posix.basename(imagePath) === posix.basename(path) && above !== '/';
			if (isNamedAlike && paths.local(above) === null) known.set(above, beside);
			known.set(imagePath, path);
		},
		take(from, source, target) {
			const here = from.local(source);
			if (here !== null) paths.place(target, here);
			for (const [imagePath, local] of from.entries()) {
				const below = within(source, imagePath);
				if (below !== null && below !== '') known.set(posix.join(target, below), local);
			}
		},
		entries: () => known.entries(),
		copy: () => imagePaths(known),
	};
	return paths;
}

/** The rest of `path` below `folder`, or `null`. */
export function within(folder: string, path: string): string | null {
	const rest = posix.relative(folder, path);
	return rest === '..' || rest.startsWith('../') ? null : rest;
}
