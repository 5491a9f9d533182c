import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandDeployer } from './command-deployer.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'pulse-aws-cdk-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program in the CDK's place, to see where it runs and what it is told. */
function program(exitCode: number): string {
	const path = join(folder, 'cdk');
	writeFileSync(
		path,
		`#!${process.execPath}
		const { AWS_REGION, CI } = process.env;
		require('node:fs').writeFileSync('told.json', JSON.stringify({ args: process.argv.slice(2), env: { AWS_REGION, CI } }));
		console.log('1/20 CREATE_COMPLETE');
		process.exit(${exitCode});`,
	);
	chmodSync(path, 0o755);
	return path;
}

function deploy(command: string) {
	const host = recordingHost();
	const env = { PATH: process.env.PATH };
	const deployer = commandDeployer({ program: command, workdir: folder, region: 'eu-west-1', env, host });
	const request = {
		stackName: 'prod-baseline',
		context: { deployment_name: 'prod', certificate_arn: 'arn' },
		tags: { 'pulse-cf-version': '1' },
	};
	return { host, done: deployer.deploy(request, new AbortController().signal) };
}

test('A3.2: the CDK program runs in the chosen folder, with context and tags, and asks nothing', async () => {
	const { host, done } = deploy(program(0));
	await done;
	const { args, env } = JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'));
	const line = args.join(' ');
	// That stack alone: an app of the user's own may hold others.
	expect(line).toMatch(/^deploy prod-baseline /);
	expect(line).not.toContain('--all');
	expect(line).toContain('-c deployment_name=prod -c certificate_arn=arn');
	expect(line).toContain('--require-approval never');
	expect(line).toContain('--tags pulse-cf-version=1');
	expect(env).toEqual({ AWS_REGION: 'eu-west-1', CI: 'true' });
	expect(host.text()).toContain('1/20 CREATE_COMPLETE');
});

test('A3.3: a program that is not there, and one that fails, are told', async () => {
	await expect(deploy('./no-such-cdk').done).rejects.toThrow("Unable to execute './no-such-cdk'");
	await expect(deploy(program(3)).done).rejects.toThrow('exited with code 3');
});
