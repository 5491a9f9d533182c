import type { CommandSpec } from 'pulse-deploy-kit/command';
import { sidecarConfig, sidecarSettings } from '../config/sidecar.ts';

export const sidecarCommand: CommandSpec = {
	description:
		'Configured by its environment, which deploy writes. The load balancer sends to it, and it asks the app on localhost.',
	settings: sidecarSettings,
	examples: [
		'PULSE_AWS_DEPLOYMENT_NAME=prod PULSE_AWS_DEPLOYMENT_ID=prod-20260402-120000Z PULSE_EDGE_UPSTREAM_PORT=8501 pulse-edge sidecar',
	],
	changes: false,
	async run({ env, signal }) {
		const config = sidecarConfig(env);
		const { serve } = await import('./serve.ts');
		await serve(config, env, signal);
		return { json: null };
	},
};
