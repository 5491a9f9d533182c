'use client';

import { lazy, Suspense, useState } from 'react';

const Statistics = lazy(() => import('./statistics.jsx')); // a chunk that is loaded when it is asked for

export default function StatisticsButton({ notes }) {
	const [isOpen, setOpen] = useState(false);
	return (
		<p>
			<button type="button" onClick={() => setOpen(true)}>
				Statistics
			</button>
			<Suspense>{isOpen && <Statistics notes={notes} />}</Suspense>
		</p>
	);
}
