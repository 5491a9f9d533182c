import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMoto } from '../../../../test/aws/moto.ts';
// @ts-expect-error: a build script without types
import { bundleReaper } from '../../bundle-reaper.mjs';
import { baselineOutputs } from '../platform/baseline-outputs.ts';
import { connectAws } from '../platform/clients.ts';
import { readStack } from '../platform/stack.ts';
import { toContext } from './settings.ts';
import { SETTINGS } from './testing/settings.ts';
import { toolkitDeployer } from './toolkit-deployer.ts';

let moto: Awaited<ReturnType<typeof startMoto>>;
/** Its own, because the size of the template decides whether a bucket is needed. */
let reaper: string;
beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-aws-reaper-'));
	await bundleReaper(join(folder, 'index.cjs'));
	reaper = readFileSync(join(folder, 'index.cjs'), 'utf8');
	rmSync(folder, { recursive: true });
	moto = await startMoto();
	if (!('url' in moto)) return;
	// The toolkit makes its own clients, which read nothing but the environment.
	Object.assign(process.env, {
		AWS_ENDPOINT_URL: moto.url,
		AWS_ACCESS_KEY_ID: 'emulated',
		AWS_SECRET_ACCESS_KEY: 'emulated',
		AWS_EC2_METADATA_DISABLED: 'true',
	});
}, 400_000);
afterAll(async () => {
	if ('url' in moto) await moto.stop();
});

const { signal } = new AbortController();

function stackOf(certificateArn: string, allowedCidrs: readonly string[]) {
	const context = toContext({ ...SETTINGS, certificateArn, allowedCidrs });
	return { stackName: 'prod-baseline', context, tags: { 'pulse-cf-version': '1' } };
}

test('a baseline of more ranges than a template has room for is refused with what to do', {
	timeout: 120_000,
}, async ({ skip }) => {
	if ('missing' in moto) return skip(moto.missing);
	const ranges = Array.from({ length: 30 }, (_, index) => `10.${index}.0.0/16`);
	const refused = toolkitDeployer('eu-west-1', recordingHost(), () => reaper).deploy(
		stackOf('arn:aws:acm:eu-west-1:1:x', ranges),
		signal,
	);
	await expect(refused).rejects.toMatchObject({
		code: 'baseline-failed',
		next: expect.stringContaining('--allowed-cidr'),
	});
});

test('the baseline is deployed in process into an account that was never bootstrapped, and again without a change', {
	timeout: 120_000,
}, async ({ skip }) => {
	if ('missing' in moto) return skip(moto.missing);
	const aws = await connectAws('eu-west-1');
	const requested = await aws.acm.requestCertificate({ DomainName: 'app.example.com', ValidationMethod: 'DNS' });
	const host = recordingHost();
	const deployer = toolkitDeployer('eu-west-1', host, () => reaper);
	const request = stackOf(requested.CertificateArn ?? '', []);
	await deployer.deploy(request, signal);
	const stack = await readStack(aws, 'prod-baseline');
	expect(stack.condition).toBe('ready');
	expect(stack.tags.get('pulse-cf-version')).toBe('1');
	expect(baselineOutputs(stack.outputs)).toMatchObject({
		clusterName: 'prod',
		verificationToken: '0123456789abcdef',
		assignPublicIp: 'DISABLED',
	});
	expect(host.messages.some((message) => message.level === 'output')).toBe(true);
	// A role of a bootstrapped account would be asked for by name.
	expect(host.text()).not.toMatch(/cdk-hnb659fds/);
	await deployer.deploy(request, signal);
	expect((await readStack(aws, 'prod-baseline')).status).toBe('CREATE_COMPLETE');
});
