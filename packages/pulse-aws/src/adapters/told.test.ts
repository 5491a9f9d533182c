import { AwsError } from 'aws-world/errors';
import { expect, test } from 'vitest';
import { toldError } from './told.ts';

test.each([
	['InvalidParameterException', 400],
	['ValidationError', 400],
	['CertificateNotFoundException', 400],
	['ClientException', 400],
])("what AWS refuses as the caller's fault (%s) is not advised to be tried again as it is", (name, status) => {
	const told = toldError(new AwsError(name, 'no', status));
	expect(told).toMatchObject({ code: 'aws-refused', fault: 'user', next: expect.stringMatching(/^Correct what/) });
});

test.each([
	['ThrottlingException', 400],
	['TooManyUpdates', 400],
	['PriorRequestNotComplete', 400],
	['ServerException', 500],
])('what passes by itself (%s) is', (name, status) => {
	expect(toldError(new AwsError(name, 'later', status))).toMatchObject({
		code: 'aws-error',
		fault: 'platform',
		next: expect.stringMatching(/^Run the same command again/),
	});
});
