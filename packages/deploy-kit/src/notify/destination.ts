import { Secret } from '../secret.ts';
import { NOBODY } from './nobody.ts';

/** What a receiver reads: `standard` is a signed webhook by the Standard Webhooks specification. */
export type NoticeForm = 'standard' | 'slack' | 'discord';

/** Whom to tell. */
export interface Destination {
	/** Secret: it is all that a sender needs to write there. */
	readonly url: Secret;
	readonly form: NoticeForm;
}

/** @throws what is wrong, without the URL: its path may be the secret */
export function destination(text: string): Destination {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || !/^https?:$/.test(url.protocol)) throw new Error(`must be an https URL, or ${NOBODY}`);
	if (url.username !== '' || url.password !== '') throw new Error('must not contain a user or password');
	if (url.protocol === 'http:' && !isPrivate(url.hostname)) {
		throw new Error('must be https: plain http goes to this machine and to names that end in .internal alone');
	}
	const form = formOf(url);
	// Below its own address Discord takes Slack's form as well, in which a text cannot say that it mentions no member.
	if (form === 'discord') url.pathname = url.pathname.replace(/\/slack\/?$/, '');
	return { url: new Secret(url.href), form };
}

/** Where notices go, as it may be shown. */
export function shownDestination({ url, form }: Destination): string {
	const { origin } = new URL(url.reveal());
	return form === 'standard' ? `${origin}/[hidden]` : `${origin}/[hidden], in the form of ${titleOf(form)}`;
}

const titleOf = (form: NoticeForm) => (form === 'slack' ? 'Slack' : 'Discord');

function formOf({ hostname }: URL): NoticeForm {
	if (/^hooks\.slack(-gov)?\.com$/.test(hostname)) return 'slack';
	return /^((ptb|canary)\.)?discord(app)?\.com$/.test(hostname) ? 'discord' : 'standard';
}

function isPrivate(hostname: string): boolean {
	return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|(.+\.)?internal)$/.test(hostname);
}
