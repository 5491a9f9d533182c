/**
 * The official Railway CLI against the local platform, which it takes for Railway: every command that people use beside
 * ours. Needs the CLI (`cargo install railwayapp --version 5.71.0`; RAILWAY_JUDGE names another place), `openssl`, and
 * `script` for what it does on a terminal alone. `npm run build && jiti test/outside/official-commands.ts`
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalStack } from '../support/local-stack.ts';
import { findOfficialCli, startOfficialCli } from './official-cli.ts';

const COUNTER = fileURLToPath(new URL('../../examples/counter', import.meta.url));

const bin = findOfficialCli();
if (bin === null) {
	process.stdout.write('Skipped: there is no official railway CLI, or no openssl, on this machine.\n');
	process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'official-cli-'));
const stack = await LocalStack.up('--redis', 'sqlite');
const platform = new URL(stack.platform.api_url);
const env = { HOME: folder, RAILWAY_API_TOKEN: stack.platform.api_token };
const railway = await startOfficialCli(bin, platform);
const onTerminal = await startOfficialCli('script', platform);
let failed = 0;
try {
	await stack.init();
	await stack.deploy('--deployment-id', 'v1', '--yes');
	cpSync(COUNTER, join(folder, 'app'), { recursive: true });
	const { RAILWAY_PROJECT_ID: project = '', RAILWAY_ENVIRONMENT_ID: environment = '' } = stack.target;

	await says('whoami', /Logged in as You/);
	await says('list', /Local workspace/);
	await says('list --json', /"environments"/);
	await says(`link -p ${project} -e ${environment} -s v1`, /linked successfully/);
	await says('status', /Environment:\s+production/);
	await says('status --json', /"serviceInstances"/);
	await says('service list', /pulse-router[\s\S]*v1/);
	await says('service status', /Status: SUCCESS/);
	await says('variable list -s v1 --kv', /^PULSE_DEPLOYMENT_ID=v1$/m);
	await says('variable set GREETING=hello -s pulse-env --skip-deploys', /Set variables GREETING/);
	await says('variable list -s pulse-env --json', /"GREETING": "hello"/);
	await says('variable delete GREETING -s pulse-env', /^/);
	await says('run -s v1 -- printenv PULSE_DEPLOYMENT_ID', /^v1$/m);
	await says('environment list', /production/);
	await says('deployment list -s v1', /SUCCESS/);
	await says('deployment list -s v1 --json', /"status": "SUCCESS"/);
	await says('domain list -s pulse-router', /8000/);
	await says('domain -s v1 --json', /"domain"/);
	await says('logs -s v1 --lines 50', /Listening on/);
	await says('logs -s v1 --build --lines 50', /Start command/);
	await says('logs -s pulse-router --lines 50 --json', /router listens/);
	await follows('logs -s v1', /Listening on/);
	await says('up -s v1 --ci', /Deploy complete/);
	await says('up -s v1 --ci --json', /"status":"success"/);
	await says('up -s v1 --detach', /Deployment:/);
	await settled();
	await says('up -s v1 --detach --json', /"deploymentId":/);
	await settled();
	await says('redeploy -s v1 -y', /^/);
	await settled();
} finally {
	await Promise.all([railway.close(), onTerminal.close()]);
	await stack.down();
	rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(failed === 0 ? 'The official CLI got every answer.\n' : `${failed} commands got none.\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function says(args: string, expected: RegExp): Promise<void> {
	const { code, output } = await railway.run(args.split(' '), { cwd: join(folder, 'app'), env });
	report(args, code === 0 && expected.test(output), `exit code ${code}\n${output}`);
}

/** Logs are followed on a terminal alone, until they are interrupted. */
async function follows(args: string, expected: RegExp): Promise<void> {
	const command = `timeout --foreground -s INT 5 ${bin} ${args}`;
	const { code, output } = await onTerminal.run(['-qec', command, '/dev/null'], { cwd: join(folder, 'app'), env });
	// What `timeout` says of a command that did not end by itself.
	report(`${args}, on a terminal`, code === 124 && expected.test(output), `exit code ${code}\n${output}`);
}

async function settled(): Promise<void> {
	for (let waited = 0; waited < 60; waited++) {
		const { output } = await railway.run(['service', 'status'], { cwd: join(folder, 'app'), env });
		if (/Status: SUCCESS/.test(output)) return;
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}

function report(args: string, right: boolean, output: string): void {
	if (!right) failed += 1;
	process.stdout.write(`${right ? 'ok   ' : 'FAULT'} railway ${args}${right ? '' : `\n${output}`}\n`);
}
