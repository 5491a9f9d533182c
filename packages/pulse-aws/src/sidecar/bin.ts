#!/usr/bin/env node
import { runOperator } from 'pulse-deploy-kit/operator-edge';
import { processEnvironment } from '../config/process-env.ts';
import { VERSION } from '../config/version.ts';
import { sidecarCommand } from './command.ts';

// As in the bin of pulse-aws.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const info = {
	name: 'pulse-edge',
	version: VERSION,
	summary: 'The edge beside a container app on AWS',
};
await runOperator(info, [sidecarCommand], processEnvironment());
