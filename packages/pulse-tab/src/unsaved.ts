import { listen } from './listen.ts';

/** A user who did nothing for so long about a field that is disabled will not get it back: Streamlit's are, without their server. */
const STUCK_MS = 60_000;
/** By how their names begin: text, tel, search, url, email, password, number. */
const TAKES_TEXT = /^(textarea|input (te|se|ur|em|pa|nu))/;

/** Also a text area, a choice, or what is editable by itself. */
export type Field = HTMLInputElement;

let usedAt = 0;
/** Fields that the user changed and did not send, and what they held before: a framework may let `defaultValue` follow what is written. */
const changed = new Map<Field, string | false>();
export const calls: RTCPeerConnection[] = [];
let underWay = 0;

export const isSeen = (): boolean => !document.hidden;
/** Milliseconds since the user did something. */
export const sinceUse = (): number => Date.now() - usedAt;

export const takesText = (field: Field): boolean =>
	field.isContentEditable || TAKES_TEXT.test(`${field.localName} ${field.type}`);
export const textOf = (field: Field): string => field.value ?? field.textContent;

/** Something that would be cut off; call what it returns once it has ended. */
export function begin(count = 1): () => void {
	underWay += count;
	return () => {
		underWay -= count;
	};
}

export function followUse(): void {
	listen('pointerdown keydown input', used);
	listen('submit reset', sent);
}

function used(event: Event): void {
	usedAt = Date.now();
	const field = event.composedPath()[0] as Field;
	if (event.type !== 'input' || changed.has(field)) return;
	if (takesText(field) || waitsToBeSent(field)) changed.set(field, takesText(field) && field.defaultValue);
}

/** Switches, choices and sliders act at once nearly everywhere; those in a form with a button wait for that. */
const waitsToBeSent = ({ form }: Field): boolean => !!form?.querySelector('[type=submit],button:not([type=button])');

function sent({ target }: Event): void {
	for (const field of changed.keys()) if ((target as Node).contains(field)) changed.delete(field);
}

/** What is no text stays changed until it is sent. What is editable by itself has no `defaultValue`, and may be empty. */
function differs(field: Field, before: string | false): boolean {
	const text = textOf(field);
	return text !== ((text ? before : field.defaultValue) ?? '');
}

/** Those that are in the page and still hold what the user changed, with what they held before. */
export function changedFields(): Map<Field, string | false> {
	for (const [field, before] of changed) {
		const isStuck = field.disabled && sinceUse() > STUCK_MS;
		if (!field.isConnected || isStuck || !differs(field, before)) changed.delete(field);
	}
	return changed;
}

/** What the user would lose if the page were loaded anew now, in a word; empty for nothing. */
export function unsaved(): string {
	if (changedFields().size > 0) return 'input';
	if (underWay > 0) return 'request';
	const media = [...document.querySelectorAll<HTMLMediaElement>('audio,video')];
	if (media.some(({ paused, muted, loop }) => !paused && !(muted && loop))) return 'media';
	return calls.some(({ connectionState }) => /^connect/.test(connectionState)) ? 'call' : '';
}
