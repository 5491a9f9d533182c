/** The one read of the process's environment; everything else takes the record. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
	return Object.freeze({ ...process.env });
}
