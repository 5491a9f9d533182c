/** Polls until it holds; fails after fifteen seconds. */
export async function eventually(
	condition: () => boolean | Promise<boolean>,
	what = condition.toString(),
): Promise<void> {
	const deadline = Date.now() + 15_000;
	while (!(await condition())) {
		if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** Waits until a growing number has not grown for `restMs`; returns where it stands. */
export async function standsStill(value: () => number, restMs = 50): Promise<number> {
	let before = -1;
	await eventually(async () => {
		const still = value() === before && before > 0;
		before = value();
		await new Promise((resolve) => setTimeout(resolve, restMs));
		return still;
	}, 'it stands still');
	return before;
}
