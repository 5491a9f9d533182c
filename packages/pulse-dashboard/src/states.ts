/** Of people, from the ground of the chart up; the order of a sample's numbers is `SampleOf`'s. */
export const STATES = [
	{ key: 'held', name: 'held', describe: 'would lose something: unsaved input, a call, an upload', at: 3 },
	{ key: 'busy', name: 'busy', describe: 'somebody works in it', at: 0 },
	{ key: 'idle', name: 'idle', describe: 'shown, and nobody touches it', at: 1 },
	{ key: 'hidden', name: 'hidden', describe: 'in the background', at: 2 },
	{ key: 'other', name: 'unsaid', describe: 'does not say', at: 4 },
] as const;
