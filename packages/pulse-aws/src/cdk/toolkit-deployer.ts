import { rm } from 'node:fs/promises';
import type { Agent } from 'node:https';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { temporaryFolder } from 'pulse-deploy-kit/temporary-folder';
import type { BaselineDeployer } from '../platform/aws.ts';
import { needCdk, SYNTHESIS } from './need-cdk.ts';
import { baselineVersion, reaperCode } from './reaper-code.ts';
import { fromContext } from './settings.ts';

const AGAIN = 'Correct the cause and run the same command again: a failed first stack is deleted and made anew.';
/** The toolkit counts the template as YAML before it sends anything. Its own advice, a bootstrapped account, leads nowhere here. */
const TOO_LARGE =
	'Give fewer and larger ranges with --allowed-cidr, or fewer --secret: each takes some 200 to 300 of the 51,200 characters that a template may have.';

/**
 * Deploys the stack in process. The CDK (some 170 MB on disk) is loaded here and nowhere else, when a stack must change.
 * @param bundledReaper its source; default: the one of this installation
 * @param agent by which requests leave this machine; default: directly
 */
export function toolkitDeployer(
	region: string,
	host: Host,
	bundledReaper = reaperCode,
	agent: Agent | null = null,
): BaselineDeployer {
	return {
		get version() {
			return baselineVersion(bundledReaper());
		},
		check: () => needCdk('@aws-cdk/toolkit-lib', ...SYNTHESIS),
		async deploy({ stackName, context, tags }, signal) {
			const [{ App }, { BaseCredentials, Toolkit }, { baselineStack }] = await Promise.all([
				import('aws-cdk-lib'),
				import('@aws-cdk/toolkit-lib'),
				import('./baseline-stack.ts'),
			]);
			const toolkit = new Toolkit({
				color: false,
				emojis: false,
				ioHost: {
					async notify({ level, message }) {
						const text = message.trim();
						if (text === '') return;
						if (level === 'debug' || level === 'trace') host.notify({ level: 'debug', text });
						else
							for (const line of text.split('\n'))
								host.notify({ level: 'output', source: 'cloudformation', text: line });
					},
					// The plan was shown and agreed to before; the CDK's own questions get their defaults.
					requestResponse: async (request) => request.defaultResponse,
				},
				sdkConfig: {
					baseCredentials: BaseCredentials.awsCliCompatible({ defaultRegion: region }),
					...(agent === null ? {} : { httpOptions: { agent } }),
				},
			});
			const outdir = await temporaryFolder('pulse-aws-cdk-');
			try {
				const source = await toolkit.fromAssemblyBuilder(
					async () => {
						const app = new App({ outdir });
						baselineStack(app, fromContext(context), bundledReaper());
						return app.synth();
					},
					{ outdir, clobberEnv: false, resolveDefaultEnvironment: false },
				);
				signal.throwIfAborted();
				await toolkit.deploy(source, {
					deploymentMethod: { method: 'direct' },
					tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
				});
			} catch (cause) {
				signal.throwIfAborted();
				const detail = cause instanceof Error ? cause.message : String(cause);
				throw new DeployToolError('baseline-failed', `The stack ${stackName} could not be deployed.`, {
					fault: 'platform',
					detail,
					next: detail.includes('TemplateTooLarge') ? TOO_LARGE : AGAIN,
					cause,
				});
			} finally {
				await rm(outdir, { recursive: true, force: true });
			}
		},
	};
}
