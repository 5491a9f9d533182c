import { SESSION_STORE_BRAND } from '../brand.ts';
import type { SessionStore } from '../sessions/store.ts';

/** A store that knows no end of life, whose entries a test sees. */
export class OpenStore implements SessionStore {
	readonly [SESSION_STORE_BRAND]: string = 'open';
	readonly entries = new Map<string, string>();

	async read(sid: string): Promise<string | null> {
		return this.entries.get(sid) ?? null;
	}

	async write(sid: string, value: string, expected: string | null): Promise<boolean> {
		if ((this.entries.get(sid) ?? null) !== expected) return false;
		this.entries.set(sid, value);
		return true;
	}

	async touch(): Promise<void> {}

	async delete(sid: string): Promise<void> {
		this.entries.delete(sid);
	}

	/** What waits for pages. */
	snapshots(): [place: string, value: string][] {
		return [...this.entries].filter(([key]) => key.startsWith('handoff:'));
	}
}
