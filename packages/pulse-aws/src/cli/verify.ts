import type { CommandSpec } from 'pulse-deploy-kit/command';
import { verifySettings } from '../config/commands.ts';
import { placeOf } from '../config/common.ts';

export const verifyCommand: CommandSpec = {
	settings: verifySettings,
	examples: [
		'pulse-aws verify --deployment-name prod',
		'pulse-aws verify --deployment-name prod --domain app.example.com --verify-ssl',
	],
	changes: false,
	async run(invocation) {
		const [{ connect }, { verify }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/verify.ts'),
		]);
		const { values, name, at } = await placeOf(verifySettings, invocation);
		const session = await connect({ ...invocation, ...at, verifyTls: values.verifySsl });
		const domain = values.domain ?? null;
		const result = await verify(session, { deploymentName: name, domain, healthPath: values.healthCheckPath });
		const lines = result.checks.map((one) => `${one.ok ? '✓' : '✗'} ${one.path}: ${one.found}`);
		const text = [...lines, ...(domain === null ? [] : ['', 'Try it yourself:', ...result.samples])].join('\n');
		return { json: result, text, exitCode: result.ok ? 0 : 1 };
	},
};
