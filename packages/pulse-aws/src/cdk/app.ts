import { App } from 'aws-cdk-lib';
import { baselineStack } from './baseline-stack.ts';
import { reaperCode } from './reaper-code.ts';
import { fromContext } from './settings.ts';

/** The CDK app that `--cdk-bin` runs; its settings come as `-c key=value`. */
const app = new App();
baselineStack(app, fromContext(app.node.getAllContext()), reaperCode());
app.synth();
