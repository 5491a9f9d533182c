import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';

/** Errors of the SDK as a user needs them told; the one place where they are classified. Any other is passed on. */
export function toldError(error: unknown): unknown {
	if (isDeployToolError(error) || !(error instanceof Error)) return error;
	const { name, message } = error;
	const told = (code: string, text: string, fault: 'user' | 'platform', next: string) =>
		new DeployToolError(code, text, { fault, detail: `${name}: ${message}`, next, cause: error });
	if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
		return told(
			'no-credentials',
			'There are no AWS credentials.',
			'user',
			'Sign in (aws sso login, aws configure), or set AWS_PROFILE.',
		);
	}
	if (!('$metadata' in error)) return isNetworkError(error) ? told(...UNREACHABLE) : error;
	if (
		/^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|AuthFailure)/.test(
			name,
		)
	) {
		return told(
			'bad-credentials',
			'AWS does not accept the credentials.',
			'user',
			'Sign in again, then run the same command.',
		);
	}
	if (/^(AccessDenied|UnauthorizedOperation|NotAuthorized)/.test(name)) {
		return told(
			'access-denied',
			'The credentials may not do this.',
			'user',
			'Allow the action that the detail names, then run the same command again.',
		);
	}
	if (isNetworkError(error)) return told(...UNREACHABLE);
	const stranger = statusOfStranger(error);
	if (stranger !== null) {
		return told(
			'not-aws',
			`Something other than AWS answered (status ${stranger}).`,
			'platform',
			'Check the proxy that HTTPS_PROXY names and what it lets through, and AWS_ENDPOINT_URL, then run the same command again.',
		);
	}
	// AWS says whose fault it is; what it refuses once it refuses again. Too many calls at once are no such refusal.
	if ('$fault' in error && error.$fault === 'client' && !isPassing(error)) {
		return told(
			'aws-refused',
			'AWS refused a call.',
			'user',
			'Correct what the detail names, then run the command again.',
		);
	}
	return told(
		'aws-error',
		'AWS refused or failed a call.',
		'platform',
		'Run the same command again; it goes on where this one ended.',
	);
}

/** The same, under the words and code of what failed; what is no error of AWS is passed on. */
export function toldAs(code: string, text: string, cause: unknown): unknown {
	const told = toldError(cause);
	if (told === cause || !isDeployToolError(told)) return cause;
	const { fault, next, detail = '' } = told;
	return new DeployToolError(code, text, { fault, detail, cause, ...(next === undefined ? {} : { next }) });
}

const UNREACHABLE = [
	'aws-unreachable',
	'AWS cannot be reached.',
	'platform',
	'Check the network and the region, then run the same command again.',
] as const;

/** Every answer of AWS has a request id; those of a proxy, or of a page to sign in at, have none. */
function statusOfStranger(error: Error): number | null {
	const { httpStatusCode = null, requestId } =
		(error as { $metadata?: { httpStatusCode?: number; requestId?: string } }).$metadata ?? {};
	return /^Unknown(Error)?$/.test(error.name) && requestId === undefined ? httpStatusCode : null;
}

/** Client faults by name that pass by themselves: limits of rate, and changes that are still under way. */
function isPassing({ name }: Error): boolean {
	return /Throttl|TooManyRequests|TooManyUpdates|RequestLimitExceeded|PriorRequestNotComplete|InProgress|ConcurrentModification|ResourceInUse|RequestTimeout|SlowDown/.test(
		name,
	);
}

function isNetworkError(error: Error): boolean {
	const code = 'code' in error ? String(error.code) : '';
	return (
		/^(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)$/.test(code) || error.name === 'TimeoutError'
	);
}
