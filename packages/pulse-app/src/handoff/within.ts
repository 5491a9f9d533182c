/** Takes no longer: rejects when the time is over, and what the work comes to later is dropped. */
export async function within<T>(ms: number, work: () => T | Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`took longer than ${Math.round(ms / 100) / 10} s`)), ms);
	});
	try {
		return await Promise.race([new Promise<T>((resolve) => resolve(work())), late]);
	} finally {
		clearTimeout(timer);
	}
}
