/** The answer that says that a page's version is gone; 409 of a Pulse app's (contract R2.4). */
export function isStale(status: number, header: (name: string) => string | null): boolean {
	return (status === 410 || status === 409) && header('x-pulse-stale-affinity') === '1';
}
