import { randomBytes } from 'node:crypto';
import { newSigningSecret } from 'pulse-deploy-kit/notify/sign';
import { Secret } from 'pulse-deploy-kit/secret';
import type { Session } from '../adapters/session.ts';
import type { BaselineSecrets } from '../plan/baseline-service.ts';
import type { StackObservation } from '../platform/port.ts';

/**
 * Secrets of a stack that has none. The janitor's token: a project token is handed on, any other token mints one, and
 * no personal token is stored (decision 18).
 */
export async function freshSecrets({ account, token }: Session, signal: AbortSignal): Promise<BaselineSecrets> {
	const confined = (await account.tokenScope(signal)) !== null;
	return {
		internalToken: randomToken(),
		controlToken: randomToken(),
		janitorToken: confined ? token.secret : { from: 'minted-token' },
		notifySecret: newSigningSecret(),
	};
}

/**
 * Whether the janitor holds a token that opens this project alone. `null` when its token cannot be read: sealed, or not
 * there yet.
 */
export async function janitorConfined(
	{ scopeOf }: Pick<Session, 'scopeOf'>,
	{ project, services }: StackObservation,
	janitor: string,
	signal: AbortSignal,
): Promise<boolean | null> {
	const token = services.find(({ name }) => name === janitor)?.variables.RAILWAY_TOKEN;
	return token ? (await scopeOf(new Secret(token), signal))?.project.id === project.id : null;
}

/** 32 bytes, URL-safe (contract R5.13). */
function randomToken(): Secret {
	return new Secret(randomBytes(32).toString('base64url'));
}
