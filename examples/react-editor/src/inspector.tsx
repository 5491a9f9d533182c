import type { Stroke } from './editor.tsx';

/** What the drawing consists of. */
export default function Inspector({ strokes }: { readonly strokes: readonly Stroke[] }) {
	const points = strokes.reduce((sum, stroke) => sum + stroke.split(' ').length, 0);
	return (
		<p id="inspector">
			{strokes.length} strokes, {points} points
		</p>
	);
}
