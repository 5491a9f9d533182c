import { usageError } from 'pulse-deploy-kit/errors';

const SSM = /^arn:aws[\w-]*:ssm:[\w-]+:\d{12}:parameter\/.+$/;
const SECRET = /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[^:]+(:[^:]*:[^:]*:[^:]*)?$/;

/** @throws usage error for anything but the ARN of a parameter or secret; the value is not shown, it may be the secret */
export function secretReference(name: string, value: string): void {
	if (SSM.test(value) || SECRET.test(value)) return;
	throw usageError(
		`--secret ${name} is not the ARN of an SSM parameter or a Secrets Manager secret`,
		`Write it as --secret ${name}=arn:aws:ssm:<region>:<account>:parameter/<name>.`,
	);
}

/** The resource that a role must be allowed to read: without JSON key, version stage and version id. */
export function policyArn(value: string): string {
	return SECRET.test(value) ? value.split(':').slice(0, 7).join(':') : value;
}
