import { newId } from '../world/ids.ts';

/** The edge's own answers (facts §6). */
export function failure(kind: 'no-deployment' | 'no-answer'): {
	status: number;
	reason: string;
	type: string;
	body: string;
} {
	const request_id = newId();
	if (kind === 'no-deployment') {
		const body = { status: 'error', code: 404, message: 'Application not found', request_id };
		return { status: 404, reason: 'Not Found', type: 'application/json', body: JSON.stringify(body) };
	}
	const body = { status: 'error', code: 502, message: 'Application failed to respond', request_id };
	return { status: 502, reason: 'Bad Gateway', type: 'application/json', body: JSON.stringify(body) };
}
