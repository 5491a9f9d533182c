import type { CommandSpec } from 'pulse-deploy-kit/command';
import { doctorRequest, doctorSettings } from '../config/doctor.ts';

export const doctorCommand: CommandSpec = {
	description: 'Reads alone; ends with exit code 1 when something would break a deploy.',
	settings: doctorSettings,
	examples: [
		'pulse-aws doctor --deployment-name prod',
		'pulse-aws doctor --deployment-name prod --json',
		'pulse-aws doctor --deployment-name prod --report doctor.json',
	],
	changes: false,
	async run(invocation) {
		const [{ connect }, { doctor }, { doctorOutcome }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/doctor.ts'),
			import('pulse-deploy-kit/doctor/check'),
		]);
		const { request, at } = await doctorRequest(invocation);
		return doctorOutcome(await doctor(await connect({ ...invocation, region: at.region }), request));
	},
};
