#!/usr/bin/env node
import { runOperator } from 'pulse-deploy-kit/operator-edge';
import { commands } from './cli/commands.ts';
import { processEnvironment } from './config/process-env.ts';
import { VERSION } from './config/version.ts';

const info = {
	name: 'pulse-railway',
	version: VERSION,
	summary: 'Deploy stateful web apps on Railway so that nobody loses their session',
	groups: {
		janitor: 'Delete deployments that nobody uses any more',
		local: 'Railway on this machine, without an account: try a whole life of deployments',
	},
};
await runOperator(info, commands, processEnvironment());
