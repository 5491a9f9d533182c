import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { BASELINE_VERSION } from './settings.ts';

/** Version of a baseline with this reaper: a corrected reaper reaches the stacks that are there at their next deploy. */
export function baselineVersion(code: string): string {
	return `${BASELINE_VERSION}-${createHash('sha256').update(code).digest('hex').slice(0, 8)}`;
}

/** The reaper as `npm run build` bundled it: one CommonJS file that needs nothing but the SDK of the Lambda runtime. */
export function reaperCode(): string {
	try {
		return readFileSync(new URL('../reaper-bundle.cjs', import.meta.url), 'utf8');
	} catch (cause) {
		throw new DeployToolError('reaper-missing', 'The bundled reaper is missing from this installation.', {
			fault: 'internal',
			next: 'Reinstall pulse-aws; in its repository, run npm run build.',
			cause,
		});
	}
}
