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
const sidecar = {
	name: 'sidecar',
	summary: 'Run the edge beside a container app; its container in each task on AWS does',
	load: async () => sidecarCommand,
};
await runOperator(info, [sidecar], processEnvironment());
