/** One section of the contract that users' scripts and habits rely on. */
export interface Section {
	readonly about: string;
	/** Numbered from 1. */
	readonly rules: number;
	/** Rules that are not built as they stand, with the decision or hazard that says why. */
	readonly superseded?: Readonly<Record<number, string>>;
}

/** Every rule that is not superseded is named by the title of a test, e.g. `(R2.4)`. Another section is another line. */
export const CONTRACT: Readonly<Record<string, Section>> = {
	R1: {
		about: 'names and ids',
		rules: 12,
		superseded: { 10: 'a helper of the predecessor that no command applied' },
	},
	R2: {
		about: 'router, HTTP',
		rules: 20,
		superseded: {
			13: 'hazard: an app’s own methods must arrive; only TRACE and CONNECT are 405',
			19: 'decision 9: activity is reported at most once a second, never by the request',
		},
	},
	R3: { about: 'router, websockets', rules: 8 },
	R4: {
		about: 'deployment store',
		rules: 13,
		superseded: { 9: 'hazard: what records activity must not create or resurrect a record' },
	},
	R5: {
		about: 'init and upgrade',
		rules: 26,
		superseded: {
			7: 'decision 1: upgrade reconciles, it is not empty',
			21: 'decision 2: all documented flags with their variables stay, the later name forms beside them',
		},
	},
	R6: { about: 'deploy from source', rules: 9 },
	R7: {
		about: 'deploy by image, and what both modes share',
		rules: 19,
		superseded: {
			13: 'decisions 3 and 6: states live in the store, and only the active id is written to Railway',
			15: 'decision 5: control goes through the router, signed, not through railway ssh',
			16: 'decision 5: there is no control command; what it refused is refused by the store',
		},
	},
	R8: { about: 'delete, remove, redeploy', rules: 5 },
	R9: { about: 'janitor', rules: 12 },
	R10: {
		about: 'plugin, session store, endpoints of the app',
		rules: 11,
		superseded: { 7: 'pulse-app describes no endpoints, so none can be listed' },
	},
	R11: { about: 'tokens', rules: 6 },
	A1: { about: 'pulse-aws deploy', rules: 9 },
	A2: { about: 'certificate', rules: 5 },
	A3: { about: 'baseline stack', rules: 6 },
	A4: { about: 'image', rules: 3 },
	A5: { about: 'task definition', rules: 2 },
	A6: { about: 'target group, rule, service', rules: 5 },
	A7: { about: 'health', rules: 3 },
	A8: { about: 'switch and states', rules: 3 },
	A9: { about: 'domain', rules: 3 },
	A10: {
		about: 'reaper',
		rules: 6,
		superseded: { 3: 'decision 17: no 404 rule; tasks end first, then the rule goes, and stale tabs get the marker' },
	},
	A11: { about: 'plugin', rules: 5 },
	A12: { about: 'verify', rules: 2 },
	A13: { about: 'teardown', rules: 3 },
	A14: { about: 'reporter', rules: 1 },
	A15: { about: 'exports', rules: 1 },
};
