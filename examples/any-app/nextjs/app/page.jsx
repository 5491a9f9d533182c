import Image from 'next/image';
import Link from 'next/link';
import { keep, upload } from './actions.js';
import mountain from './mountain.png';
import { notes, version } from './notes.js';
import Statistics from './statistics-button.jsx';

export const dynamic = 'force-dynamic';

export default function Page() {
	return (
		<main>
			<p>
				version <span id="version">{version}</span>
			</p>
			<Image src={mountain} alt="A mountain" width={64} height={64} />
			<form id="keep" action={keep}>
				<input name="text" autoComplete="off" />
				<button type="submit">Keep</button>
			</form>
			<form id="upload" action={upload}>
				<input name="file" type="file" />
				<button type="submit">Upload</button>
			</form>
			<ul>
				{notes.map((note, at) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: notes are only added
					<li key={at}>{note}</li>
				))}
			</ul>
			<Statistics notes={notes} />
			<a href="/notes.txt" download>
				All notes
			</a>{' '}
			<Link href="/about">About</Link>
		</main>
	);
}
