import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { doctorRequest, doctorSettings } from '../config/doctor.ts';

export const doctorCommand: CommandSpec = {
	description: 'Reads alone; ends with exit code 1 when something would break a deploy.',
	settings: doctorSettings,
	examples: ['pulse-railway doctor', 'pulse-railway doctor --json', 'pulse-railway doctor --report doctor.json'],
	changes: false,
	async run(invocation) {
		const [{ doctor }, { doctorOutcome }] = await Promise.all([
			import('../commands/doctor.ts'),
			import('pulse-deploy-kit/doctor/check'),
		]);
		return doctorOutcome(await enter(invocation, doctorRequest, doctor));
	},
};
