import { AwsError } from '../errors.ts';

export const DEFAULT_ATTRIBUTES: ReadonlyArray<[string, string]> = [
	['deregistration_delay.timeout_seconds', '300'],
	['slow_start.duration_seconds', '0'],
	['stickiness.enabled', 'false'],
	['stickiness.type', 'lb_cookie'],
	['stickiness.lb_cookie.duration_seconds', '86400'],
	['load_balancing.algorithm.type', 'round_robin'],
];

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
	'deregistration_delay.timeout_seconds': [0, 3_600],
	'stickiness.lb_cookie.duration_seconds': [1, 604_800],
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
	'stickiness.enabled': ['true', 'false'],
	'stickiness.type': ['lb_cookie'],
	'load_balancing.algorithm.type': ['round_robin'],
	'slow_start.duration_seconds': ['0'],
};

/** docs/platform-facts/aws.md §1 "Timers". A value that AWS takes and this world cannot honour is refused as well. */
export function validateAttribute(key: string | undefined, value: string | undefined): [string, string] {
	const range = RANGES[key ?? ''];
	const number = Number(value);
	const valid = range
		? /^\d+$/.test(value ?? '') && number >= range[0] && number <= range[1]
		: CHOICES[key ?? '']?.includes(value ?? '');
	if (!valid || key === undefined || value === undefined) {
		throw new AwsError(
			'InvalidConfigurationRequestException',
			`Target group attribute '${key}' = '${value}' is not valid`,
		);
	}
	return [key, value];
}
