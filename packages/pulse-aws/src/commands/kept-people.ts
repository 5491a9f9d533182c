import { isUnread, type Unread } from '../stack/unread.ts';
import { toldAnewMs } from '../task/ask.ts';
import type { People } from './read-people.ts';

/**
 * What tasks said at a former look. Hundreds of them say something new but once in minutes, and Parameter Store gives ten of them a
 * page: read at each look, they would take a good part of what the account may read, beside the tasks themselves.
 */
export class KeptPeople {
	#kept: { readonly at: number; readonly people: People } | null = null;

	async read(now: number, read: () => Promise<People | Unread>): Promise<People | Unread> {
		const kept = this.#kept;
		if (kept !== null && now - kept.at < toldAnewMs(kept.people.words.ask)) return kept.people;
		const people = await read();
		this.#kept = isUnread(people) ? null : { at: now, people };
		return people;
	}
}
