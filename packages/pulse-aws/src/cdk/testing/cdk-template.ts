import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Template } from 'aws-world/cloudformation/template';
import { baselineStack } from '../baseline-stack.ts';
import { fromContext } from '../settings.ts';

/** The real baseline stack, synthesized: pass it as a world's `synthesize`. The reaper's code is left out of it. */
export function cdkTemplate(context: Readonly<Record<string, string>>): Template {
	const outdir = mkdtempSync(join(tmpdir(), 'pulse-aws-cdk-'));
	try {
		const app = new App({ outdir });
		const stack = baselineStack(app, fromContext(context), 'exports.handler = async () => {};');
		return app.synth().getStackArtifact(stack.artifactId).template as Template;
	} finally {
		rmSync(outdir, { recursive: true });
	}
}
