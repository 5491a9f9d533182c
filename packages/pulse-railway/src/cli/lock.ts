import type { CommandSpec } from 'pulse-deploy-kit/command';
import { renderLock } from 'pulse-deploy-kit/lock-report';
import { enter } from '../commands/enter.ts';
import { lockSettings } from '../config/lock.ts';

export const lockCommand: CommandSpec = {
	description:
		'The lock of a command that was killed lapses by itself within seconds. Broken, it lapses when that of its holder would have, so that one that merely sleeps never acts beside the next.',
	settings: lockSettings,
	examples: ['pulse-railway lock', 'pulse-railway lock --break'],
	changes: true,
	async run(invocation) {
		const { lock, lockRequest } = await import('../commands/lock.ts');
		const report = await enter(invocation, lockRequest, lock);
		return { json: report, text: renderLock(report, Date.now()) };
	},
};
