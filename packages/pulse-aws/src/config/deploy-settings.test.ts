import { resolveSettings, type SettingTable } from 'pulse-deploy-kit/settings';
import { describe, expect, test } from 'vitest';
import { teardownSettings, verifySettings } from './commands.ts';
import { deploySettings } from './deploy-settings.ts';

// The tables of spec/pulse-aws.md: flag, variable, default.
const DEPLOY = `
--deployment-name PULSE_AWS_DEPLOYMENT_NAME none
--domain PULSE_AWS_DOMAIN none
--server-address PULSE_SERVER_ADDRESS none
--app-file PULSE_AWS_APP_FILE main.py
--web-root PULSE_AWS_WEB_ROOT web
--dockerfile PULSE_AWS_DOCKERFILE Dockerfile
--context PULSE_AWS_CONTEXT .
--cdk-bin PULSE_AWS_CDK_BIN none
--cdk-workdir PULSE_AWS_CDK_WORKDIR none
--build-arg none none
--task-env none none
--task-cpu PULSE_AWS_TASK_CPU 256
--task-memory PULSE_AWS_TASK_MEMORY 512
--desired-count PULSE_AWS_DESIRED_COUNT 2
--drain-poll-seconds PULSE_AWS_DRAIN_POLL_SECONDS 5
--drain-grace-seconds PULSE_AWS_DRAIN_GRACE_SECONDS 20
--health-check-path PULSE_AWS_HEALTH_CHECK_PATH /_pulse/health
--health-check-interval PULSE_AWS_HEALTH_CHECK_INTERVAL 30
--health-check-timeout PULSE_AWS_HEALTH_CHECK_TIMEOUT 5
--healthy-threshold PULSE_AWS_HEALTHY_THRESHOLD 2
--unhealthy-threshold PULSE_AWS_UNHEALTHY_THRESHOLD 3
--wait-for-health none none
--no-wait-for-health PULSE_AWS_WAIT_FOR_HEALTH true
--min-healthy-targets PULSE_AWS_MIN_HEALTHY_TARGETS 2`;
const VERIFY = `
--deployment-name PULSE_AWS_DEPLOYMENT_NAME none
--domain PULSE_AWS_DOMAIN none
--health-check-path PULSE_AWS_HEALTH_CHECK_PATH /_pulse/health
--verify-ssl none none
--no-verify-ssl PULSE_AWS_VERIFY_SSL false`;
const TEARDOWN = `
--deployment-name PULSE_AWS_DEPLOYMENT_NAME none
--force none false
--poll-interval PULSE_AWS_POLL_INTERVAL 5
--region AWS_REGION,AWS_DEFAULT_REGION none`;

function rows(table: SettingTable): string[] {
	return Object.values(table).map(({ flag = '', env = ['none'], default: value }) =>
		[flag.split(' ')[0], env.join(), value === undefined ? 'none' : String(value)].join(' '),
	);
}
const documented = (table: string) => table.trim().split('\n');

test('A1.1: deploy has every documented flag with its variable and default', () => {
	expect(rows(deploySettings)).toEqual(expect.arrayContaining(documented(DEPLOY)));
});

test('A12.1: verify has exactly the documented flags, a region, and where pulse.toml stands (A12.3)', () => {
	expect(rows(verifySettings).filter((row) => !/^--(region|context)/.test(row))).toEqual(documented(VERIFY));
});

test('A13.1: teardown has exactly the documented flags, and looks at most once a second', () => {
	const own = rows(teardownSettings).filter((row) => !row.startsWith('--context'));
	expect(own.sort()).toEqual(documented(TEARDOWN).sort());
	const pollInterval = (value: string) =>
		resolveSettings(teardownSettings, { flags: { pollInterval: value }, env: {} }).values.pollInterval;
	expect([pollInterval('2.5'), pollInterval('0.1')]).toEqual([2.5, 1]);
	expect(() => pollInterval('soon')).toThrow("--poll-interval: must be a number above 0, got 'soon'");
});

describe('A1.5: a variable is true', () => {
	test.each([
		['1', true],
		['TRUE', true],
		['Yes', true],
		['y', true],
		['0', false],
		['false', false],
		['No', false],
	])('%s → %s', (value, expected) => {
		const { values } = resolveSettings(deploySettings, { flags: {}, env: { PULSE_AWS_WAIT_FOR_HEALTH: value } });
		expect(values.waitForHealth).toBe(expected);
	});
});
