/** Lets so many work at once; the others wait in line. */
export function createTurns(max: number): <T>(work: () => Promise<T>) => Promise<T> {
	const line: (() => void)[] = [];
	let working = 0;
	return async (work) => {
		if (working >= max) await new Promise<void>((resolve) => void line.push(resolve));
		else working += 1;
		try {
			return await work();
		} finally {
			const next = line.shift();
			if (next === undefined) working -= 1;
			else next();
		}
	};
}
