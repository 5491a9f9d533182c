import Link from 'next/link';
import { version } from '../notes.js';

export const dynamic = 'force-dynamic';

export default function About() {
	return (
		<main>
			<p>
				About version <span id="version">{version}</span>
			</p>
			<Link href="/">Back to the notes</Link>
		</main>
	);
}
