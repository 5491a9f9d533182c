/** What users import, in source: the exports of the published packages. */
export const ENTRY_POINTS = [
	'packages/pulse-app/src/index.ts',
	'packages/pulse-app/src/client/index.ts',
	'packages/pulse-app/src/client/banner.ts',
	'packages/pulse-app/src/react/hooks.ts',
	'packages/pulse-railway/src/index.ts',
	'packages/pulse-railway/src/local.ts',
	'packages/pulse-aws/src/index.ts',
];
