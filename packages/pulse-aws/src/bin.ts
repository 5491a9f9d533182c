#!/usr/bin/env node
import { runOperator } from 'pulse-deploy-kit/operator-edge';
import { commands } from './cli/commands.ts';
import { reporterFormat } from './cli/reporter.ts';
import { processEnvironment } from './config/process-env.ts';
import { VERSION } from './config/version.ts';

// The SDK's versions are pinned to ones that run here; that later ones will not is no news to a user.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const info = {
	name: 'pulse-aws',
	version: VERSION,
	summary: 'Deploy stateful web apps on AWS ECS Fargate so that nobody loses their session',
	format: reporterFormat,
	// What scripts have seen of the tool before this one.
	errorMark: '❌',
	usageExitCode: 1,
};
await runOperator(info, commands, processEnvironment());
