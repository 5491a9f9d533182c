/**
 * The platform says no. Railway gives nearly everything the code INTERNAL_SERVER_ERROR and HTTP 200, so that only the
 * message tells what happened (facts §1.4); messages here are the ones seen there.
 */
export class Refusal extends Error {
	readonly code: 'INTERNAL_SERVER_ERROR' | 'BAD_USER_INPUT';

	constructor(message: string, code: Refusal['code'] = 'INTERNAL_SERVER_ERROR') {
		super(message);
		this.name = 'Refusal';
		this.code = code;
	}
}

export const notAuthorized = (): Refusal => new Refusal('Not Authorized');
