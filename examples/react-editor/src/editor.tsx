import { useChannel, useHold, usePulse } from 'pulse-app/react';
import { lazy, type PointerEvent, Suspense, useEffect, useState } from 'react';

/** Points of one line, as SVG writes them: `1,2 3,4`. */
export type Stroke = string;

/** Its code is loaded when it is asked for: from the version of the page, also when a newer one is there. */
const Inspector = lazy(() => import('./inspector.tsx'));

export function Editor() {
	const { status } = usePulse();
	const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
	const [saved, setSaved] = useState(strokes);
	const [isInspected, setIsInspected] = useState(false);
	const isChanged = strokes !== saved;
	const drawing = useChannel('drawing');
	// No field holds it, so the page says it.
	useHold(isChanged && 'unsaved drawing');

	useEffect(() => {
		let isAsked = true;
		const show = (answer: unknown) => {
			if (!isAsked) return;
			const { saved, draft } = answer as { saved: readonly Stroke[]; draft: readonly Stroke[] | null };
			const before = draft ?? saved;
			setSaved(saved);
			setStrokes((drawn) => (drawn.length > 0 ? [...before, ...drawn] : before));
		};
		// Where it fails the page says that it is not connected, and is loaded anew once it can be.
		drawing.request('read').then(show, () => {});
		return () => {
			isAsked = false;
		};
	}, [drawing]);

	const pointOf = (event: PointerEvent<SVGSVGElement>) => {
		const { left, top } = event.currentTarget.getBoundingClientRect();
		return `${Math.round(event.clientX - left)},${Math.round(event.clientY - top)}`;
	};
	const begin = (event: PointerEvent<SVGSVGElement>) => {
		const point = pointOf(event);
		setStrokes((before) => [...before, point]);
	};
	const draw = (event: PointerEvent<SVGSVGElement>) => {
		if (event.buttons !== 1) return;
		const point = pointOf(event);
		setStrokes((before) => [...before.slice(0, -1), `${before.at(-1) ?? ''} ${point}`.trim()]);
	};
	const end = () => drawing.send('draft', strokes);
	const save = async () => {
		await drawing.request('save', strokes);
		// Not what was drawn meanwhile.
		setSaved(strokes);
	};

	return (
		<>
			<svg height="300" onPointerDown={begin} onPointerMove={draw} onPointerUp={end} role="img" aria-label="Drawing">
				{strokes.map((points, n) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a stroke is its place, none is ever taken out
					<polyline key={n} points={points} />
				))}
			</svg>
			<button type="button" disabled={!isChanged} onClick={() => void save()}>
				Save
			</button>
			<button type="button" onClick={() => setIsInspected(true)}>
				Inspect
			</button>
			<p role="status">
				{status}, {isChanged ? 'not saved' : 'nothing to save'}
			</p>
			{isInspected && (
				<Suspense fallback={<p>Loading…</p>}>
					<Inspector strokes={strokes} />
				</Suspense>
			)}
		</>
	);
}
