import { createElement, StrictMode, startTransition, useEffect, useLayoutEffect, useState } from 'react';
import { type startPulse, useChannel, useHold, usePulse } from '../hooks.ts';

/** What a page of the tests shows, rendered on a server too. `window.shown` names its parts; `show` changes them. */
declare global {
	var show: (parts: readonly string[], isUrgent?: boolean) => void;
	var heard: string[];
	var torn: number;
	var start: typeof startPulse;
}

function Status({ id }: { readonly id: string }) {
	const { status, pulse, error } = usePulse();
	return createElement('p', { id }, error ? error.message : `${status} ${pulse ? 'live' : ''}`.trim());
}

/** Handlers see what the last render saw. */
function Talk() {
	const [pushed, setPushed] = useState(0);
	const [answer, setAnswer] = useState('');
	const echo = useChannel('echo', {
		pushed: () => {
			globalThis.heard.push(`pushed after ${pushed}`);
			setPushed(pushed + 1);
		},
	});
	useEffect(() => {
		// Long before the page is connected.
		const said = { text: 'early' };
		void echo.request('say', said).then((payload) => setAnswer(JSON.stringify(payload)));
		said.text = 'changed';
	}, [echo]);
	return createElement(
		'button',
		{ id: 'push', type: 'button', onClick: () => echo.send('push') },
		`${pushed} ${answer}`,
	);
}

function Editor() {
	const [strokes, setStrokes] = useState(0);
	useHold(strokes > 0 && `${strokes} strokes`);
	return createElement(
		'button',
		{ id: 'draw', type: 'button', onClick: () => setStrokes(strokes + 1) },
		`${strokes} strokes`,
	);
}

/** Slow to render, and one of many: React gives the browser its turns between them. */
function Slow({ id }: { readonly id: string }) {
	const { status } = usePulse();
	const until = performance.now() + 4;
	while (performance.now() < until);
	return createElement('i', { id }, status);
}

/** Counts each time that parts of one page were shown in two states. */
function Crowd() {
	const { status } = usePulse();
	useLayoutEffect(() => {
		const shown = new Set([...document.querySelectorAll('i')].map(({ textContent }) => textContent));
		if (shown.size > 1 || (shown.size === 1 && !shown.has(status))) globalThis.torn += 1;
	});
	return createElement(
		'div',
		{ id: 'crowd' },
		Array.from({ length: 60 }, (_, n) => createElement(Slow, { key: n, id: `slow-${n}` })),
	);
}

const PARTS = { Status, Talk, Editor, Crowd };

/** The page, with the parts that are named. */
export function Page({ parts }: { readonly parts: readonly string[] }) {
	const [shown, setShown] = useState(parts);
	if (typeof document !== 'undefined') {
		globalThis.show = (next, isUrgent = true) => {
			if (isUrgent) setShown(next);
			else startTransition(() => setShown(next));
		};
	}
	const part = (name: string) => {
		const [kind, id = kind] = name.split(' ') as [keyof typeof PARTS, string?];
		return createElement(PARTS[kind], { key: name, id: id as string });
	};
	return createElement(StrictMode, null, shown.map(part));
}
