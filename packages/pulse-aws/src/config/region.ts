import { usageError } from 'pulse-deploy-kit/errors';
import { text } from 'pulse-deploy-kit/setting-kinds';
import { resolveSettings, type Setting } from 'pulse-deploy-kit/settings';

export const regionSetting = {
	flag: '--region <region>',
	describe: 'AWS region',
	env: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
	key: 'region',
	defaultText: "the profile's",
	parse: text,
} satisfies Setting<string>;

/** For callers without a command line; `undefined` leaves it to the AWS profile. The SDK itself reads one of the two. */
export function regionFrom(
	given: string | undefined,
	env: Readonly<Record<string, string | undefined>>,
): string | undefined {
	return resolveSettings({ region: regionSetting }, { flags: { region: given }, env }).values.region;
}

/** @throws usage error without a region, or with the one that some tools use for "none" */
export function checkedRegion(region: string | undefined): string {
	if (region !== undefined && region !== '' && region !== 'aws-global') return region;
	throw usageError(
		'no AWS region is set',
		'Pass --region, set AWS_REGION or AWS_DEFAULT_REGION, or run: aws configure set region eu-west-1',
	);
}
