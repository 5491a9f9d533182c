import type { CommandSpec } from 'pulse-deploy-kit/command';
import { routerSettings } from '../config/router.ts';

export const routerCommand: CommandSpec = {
	description:
		'Configured by its environment. init and upgrade write the variables that a stack needs; set others on the router service, and start it anew.',
	settings: routerSettings,
	examples: ['REDIS_URL=redis://… pulse-railway router'],
	changes: false,
	async run({ signal }) {
		const { serve } = await import('../serve.ts');
		await serve(undefined, signal);
		return { json: null };
	},
};
