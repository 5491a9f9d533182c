import { listen } from './listen.ts';
import { changedFields, type Field, isSeen, takesText, textOf } from './unsaved.ts';

const KEY = '__PULSE_TEXT';
/** Of all fields together. A longer text is not kept. */
const MAX_CHARACTERS = 100_000;
const MAX_AGE_MS = 3_600_000;
/** A framework may draw its fields, or what they held, late. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 250;
const MAX_WRITES = 3;
const SECRET = /pass|pwd|otp|cvc|cvv|csc|secret|one-time|cc-|card-?num/i;

/** Which field, what it held before, and what its user wrote. */
type Written = [field: string, before: string, text: string];

interface Kept {
	readonly address: string;
	readonly at: number;
	readonly fields: readonly Written[];
}

const address = () => location.pathname + location.search;

/** What a field held when its user came to it: a framework may have put it there. */
const held = new WeakMap<Field, string>();
/** What is read from the page's own storage but has not found its field again. */
let pending: Written[] = [];

/**
 * Keeps what the user wrote over a reload of the same address, in the tab's own storage. Secrets are not kept, nor what is
 * in an element with `data-pulse-keep="off"`.
 */
export function keepText(): void {
	addEventListener('pagehide', keep);
	listen('focusin', (event) => {
		const field = event.composedPath()[0] as Field;
		if (takesText(field) && !changedFields().has(field)) held.set(field, textOf(field));
	});
	// A tab in the background may be discarded without another word.
	document.addEventListener('visibilitychange', () => (isSeen() ? forget() : keep()));
	const found = kept();
	forget();
	if (found === null || Date.now() - found.at > MAX_AGE_MS) return;
	pending = [...found.fields];
	if (document.readyState === 'complete') putBack();
	else addEventListener('load', putBack);
}

function keep(): void {
	const fields = [...pending];
	let room = MAX_CHARACTERS;
	for (const [field, before] of changedFields()) {
		const text = textOf(field);
		const name = takesText(field) && mayKeep(field) ? nameOf(field) : null;
		if (name === null || text.length > room) continue;
		room -= text.length;
		fields.push([name, held.get(field) ?? (before || ''), text]);
	}
	if (fields.length === 0) {
		forget();
		return;
	}
	try {
		sessionStorage.setItem(KEY, JSON.stringify({ address: address(), at: Date.now(), fields } satisfies Kept));
	} catch {
		// Storage may be full or forbidden.
	}
}

/** What was kept for this address. */
function kept(): Kept | null {
	try {
		const found = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Kept | null;
		return found?.address === address() ? found : null;
	} catch {
		return null;
	}
}

/** The page that it was kept for has it. */
function forget(): void {
	if (kept() !== null) sessionStorage.removeItem(KEY);
}

function mayKeep(field: Field): boolean {
	const autocomplete = field.getAttribute('autocomplete') ?? '';
	// A code that is sent to a phone, by the way such fields are written.
	const isCode = autocomplete === 'off' && (field.inputMode === 'numeric' || /^(?:tel|number)$/.test(field.type));
	const isSecret = field.type === 'password' || SECRET.test(`${field.id} ${field.name} ${autocomplete}`) || isCode;
	return !isSecret && field.closest('[data-pulse-keep="off"]') === null;
}

const isLike = (field: Element, label: string) => labelOf(field as Field) === label;
const labelOf = ({ localName, type, id, name }: Field) => [localName, type ?? '', id, name ?? ''].join(' ');

/** By what it is called, and its place among those that are called the same; `null` out of reach, as in a shadow. */
function nameOf(field: Field): string | null {
	const label = labelOf(field);
	const at = [...document.querySelectorAll(field.localName)].filter((one) => isLike(one, label)).indexOf(field);
	return at < 0 ? null : `${at} ${label}`;
}

function named(name: string): Field | undefined {
	const [at = '', localName = ''] = name.split(' ');
	const label = name.slice(at.length + 1);
	return [...document.querySelectorAll(localName)].filter((one) => isLike(one, label))[Number(at)] as Field | undefined;
}

/** Again where a framework takes a field up afterwards, or puts its own value there, until its user takes over. */
function putBack(): void {
	const until = Date.now() + PATIENCE_MS;
	const left = new Map(pending.map((written) => [written, { writes: 0, keys: 0 }]));
	const timer = setInterval(look, LOOK_MS);
	for (const event of ['keydown', 'pointerdown']) addEventListener(event, stop, { capture: true, once: true });
	function look(): void {
		for (const [written, done] of left) {
			const [name, before, text] = written;
			const field = named(name);
			if (field === undefined) continue;
			pending = pending.filter((one) => one !== written);
			const shown = textOf(field);
			// Frameworks keep what they know of a field with it.
			const keys = Reflect.ownKeys(field).length;
			const stands = done.writes > 0 && shown === text && keys === done.keys;
			if (stands || (shown !== text && shown !== before && shown !== '')) continue;
			write(field, text);
			done.writes += 1;
			done.keys = Reflect.ownKeys(field).length;
			if (done.writes === MAX_WRITES) left.delete(written);
		}
		if (left.size === 0 || Date.now() > until) stop();
	}
	function stop(): void {
		clearInterval(timer);
		pending = [];
	}
	look();
}

/**
 * As if it were typed. React hears of a value only when it differs from what was last set in its sight, which the prototype's
 * setter is not.
 */
function write(field: Field, text: string): void {
	if (field.isContentEditable) field.textContent = text;
	else {
		field.value = '';
		Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, text);
	}
	field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true, inputType: 'insertText', data: text }));
}
