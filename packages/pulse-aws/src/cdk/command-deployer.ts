import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { runProcess } from 'pulse-deploy-kit/run-process';
import { temporaryFolder } from 'pulse-deploy-kit/temporary-folder';
import type { BaselineDeployer } from '../platform/aws.ts';
import { needCdk, SYNTHESIS } from './need-cdk.ts';
import { baselineVersion, reaperCode } from './reaper-code.ts';
import { BASELINE_CONSTRUCT, BASELINE_VERSION } from './settings.ts';

export interface CommandDeployerOptions {
	/** The CDK program, e.g. `cdk`. */
	readonly program: string;
	/** Folder of a CDK app that takes our context; the packaged app when absent. */
	readonly workdir: string | undefined;
	readonly region: string;
	/** The program's environment. */
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly host: Host;
}

/** The app that this package ships, `cdk.json` at its root. */
const PACKAGED_APP = fileURLToPath(new URL('../../', import.meta.url));

/** Deploys by the command-line CDK, for `--cdk-bin` and `--cdk-workdir` (contract A3.2, A3.3). */
export function commandDeployer(options: CommandDeployerOptions): BaselineDeployer {
	return {
		get version() {
			return options.workdir === undefined ? baselineVersion(reaperCode()) : BASELINE_VERSION;
		},
		check() {
			if (options.workdir === undefined) needCdk(...SYNTHESIS);
		},
		async deploy({ stackName, context, tags }, signal) {
			const workdir = options.workdir ?? PACKAGED_APP;
			const tagged = Object.entries(tags).flatMap(([key, value]) => ['--tags', `${key}=${value}`]);
			const given = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
			// The package itself may be installed where this user may not write.
			const outdir = await temporaryFolder('pulse-aws-cdk-');
			const output = options.workdir === undefined ? ['--output', outdir] : [];
			const always = ['--require-approval', 'never', '--progress', 'events', ...output];
			// The CDK selects by construct, and an app of the user's own may hold others than this one.
			const selected = options.workdir === undefined ? BASELINE_CONSTRUCT : stackName;
			const args = ['deploy', selected, ...given, ...always, ...tagged];
			const { exitCode } = await runProcess({
				command: options.program,
				args,
				cwd: workdir,
				env: { ...options.env, AWS_REGION: options.region, CI: 'true' },
				signal,
				onLine: (text) => options.host.notify({ level: 'output', source: 'cdk', text }),
			})
				.catch((cause) => {
					signal.throwIfAborted();
					throw new DeployToolError('cdk-missing', `Unable to execute '${options.program}'.`, {
						fault: 'user',
						next: 'Install aws-cdk 2.x, or leave --cdk-bin out: pulse-aws deploys in process.',
						cause,
					});
				})
				.finally(() => rm(outdir, { recursive: true, force: true }));
			if (exitCode === 0) return;
			throw new DeployToolError('baseline-failed', `${options.program} exited with code ${exitCode}.`, {
				fault: 'platform',
				detail: `It was deploying ${stackName} from ${workdir}; its output is above.`,
				next: 'Correct the cause and run the same command again.',
			});
		},
	};
}
