import type { CommandSpec } from 'pulse-deploy-kit/command';

export const routerCommand: CommandSpec = {
	name: 'router',
	summary: 'Run the router; the router service does',
	description: 'Configured by its environment: REDIS_URL, PULSE_RAILWAY_CONTROL_TOKEN, PORT and others.',
	settings: {},
	examples: ['REDIS_URL=redis://… pulse-railway router'],
	changes: false,
	async run({ signal }) {
		const { serve } = await import('../serve.ts');
		await serve(undefined, signal);
		return { json: null };
	},
};
