import { printableLine } from '../printable.ts';
import type { NoticeForm } from './destination.ts';
import type { Notice } from './notice.ts';

/** The stack that a notice is of, as receivers read it. */
export interface NoticeSource {
	readonly platform: 'railway' | 'aws';
	/** As its commands name it. */
	readonly stack: string;
	readonly [key: string]: string;
}

/** The body of the request, JSON. */
export function noticeBody(form: NoticeForm, notice: Notice, source: NoticeSource): string {
	const { type, at, data } = notice;
	switch (form) {
		case 'standard':
			return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { ...source, ...data } });
		case 'slack':
			return JSON.stringify({ text: forSlack(`${source.stack}: ${noticeText(notice)}`) });
		case 'discord':
			// What a user wrote into a message must not ring a whole channel.
			return JSON.stringify({
				content: forDiscord(`${source.stack}: ${noticeText(notice)}`).slice(0, 2_000),
				allowed_mentions: { parse: [] },
			});
	}
}

/** For people, one line. */
export function noticeText({ type, data }: Notice): string {
	const { deployment_id: id, previous_deployment_id: before, reason, by, until, sessions, since } = data;
	const why = reason === undefined ? '' : ` (${reason.replaceAll(/[_-]/g, ' ')})`;
	const who = by === undefined ? '' : `, by ${by}`;
	const what = () => {
		switch (type) {
			case 'deployment.deployed':
				return `${id} is active${before === undefined ? '' : ` in place of ${before}`}${who}`;
			case 'deployment.rolled_back':
				return `rolled back to ${id}${before === undefined ? '' : ` from ${before}`}${who}`;
			case 'deployment.restored':
				return `${id} is active${before === undefined ? '' : ` in place of ${before}`}: what a command left undone was put right`;
			case 'deployment.recalled':
				return `${id} was recalled; whoever is on it moves by ${until ?? 'now'}${who}`;
			case 'canary.halted':
				return `the canary ${id} was halted${why}; new visitors get the active version alone`;
			case 'deployment.deleted':
				return `${id} was deleted${why}${sessions ? `, with ${sessions} page(s) that were told to load anew` : ''}${who}`;
			case 'deployment.kept':
				return `${id} is still there, though it is not active since ${since ?? 'long ago'}${reason === undefined ? '' : `: ${reason}`}`;
		}
	};
	const made = [data.message, data.commit === undefined ? undefined : `commit ${data.commit}`].filter(Boolean);
	return printableLine([what(), ...made].join('; '));
}

const forSlack = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const forDiscord = (text: string) => text.replaceAll(/[\\*_~`|<>[\]()#]/g, (mark) => `\\${mark}`);
