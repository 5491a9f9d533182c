/** The commit point surely did not happen, so everything before it may be undone. Carries why. */
export class NotCommittedError extends Error {
	override readonly name = 'NotCommittedError';

	constructor(cause: unknown) {
		super('the promotion was not committed', { cause });
	}
}
