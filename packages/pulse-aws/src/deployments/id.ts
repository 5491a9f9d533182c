/** Unix ms → `YYYYMMDD-HHMMSSZ`, UTC. */
function stamp(at: number): string {
	const [date = '', time = ''] = new Date(at).toISOString().split('T');
	return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}Z`;
}

/** `<name>-YYYYMMDD-HHMMSSZ`, UTC; moved on by whole seconds past the ids that are taken. */
export function newDeploymentId(name: string, at: number, taken: readonly string[]): string {
	for (let moment = at; ; moment += 1000) {
		const id = `${name}-${stamp(moment)}`;
		// The load balancer compares without regard to case.
		if (!taken.some((other) => other.toLowerCase() === id.toLowerCase())) return id;
	}
}
