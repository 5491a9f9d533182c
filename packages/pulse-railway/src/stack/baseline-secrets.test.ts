import { Secret } from 'pulse-deploy-kit/secret';
import { expect, it } from 'vitest';
import type { Session } from '../adapters/session.ts';
import type { TokenScope } from '../platform/port.ts';
import { freshSecrets } from './baseline-secrets.ts';

const SCOPE: TokenScope = { project: { id: 'p', name: 'shop' }, environment: { id: 'e', name: 'production' } };
const secrets = (scope: TokenScope | null, origin: Session['token']['origin']) =>
	freshSecrets(
		{
			account: { tokenScope: async () => scope } as unknown as Session['account'],
			token: { secret: new Secret('of-the-deployer'), origin, variable: null },
		} as Session,
		new AbortController().signal,
	);

it('the tokens of a new stack are 32 random bytes each, safe in a URL (R5.13, decision 5)', async () => {
	const all = await Promise.all([secrets(null, 'flag'), secrets(null, 'flag')]);
	const tokens = all.flatMap(({ internalToken, controlToken }) => [internalToken.reveal(), controlToken.reveal()]);
	for (const token of tokens) {
		expect(token).toMatch(/^[\w-]{43}$/);
		expect(Buffer.from(token, 'base64url')).toHaveLength(32);
	}
	expect(new Set(tokens)).toHaveLength(4);
});

it('a project token is handed to the janitor; of any other, a personal login before all, nothing is stored (R5.25, decision 18)', async () => {
	const { janitorToken } = await secrets(SCOPE, 'RAILWAY_TOKEN');
	expect(janitorToken instanceof Secret && janitorToken.reveal()).toBe('of-the-deployer');
	for (const origin of ['login', 'RAILWAY_API_TOKEN', 'flag'] as const) {
		expect((await secrets(null, origin)).janitorToken).toEqual({ from: 'minted-token' });
	}
});
