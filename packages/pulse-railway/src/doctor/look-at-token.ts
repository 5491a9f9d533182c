import { type Reading, reading } from 'pulse-deploy-kit/doctor/reading';
import type { Session } from '../adapters/session.ts';
import type { Platform } from '../platform/port.ts';

/** Whose token it is, and what it reads; whether it may write, no read tells. */
export interface TokenFacts {
	readonly kind: 'project' | 'account' | 'workspace' | 'login';
	/** How many workspaces it opens; a project token is not asked. */
	readonly workspaces: Reading<number> | null;
	/** It lists the project's tokens; `null`: a project token, which makes none, or no project to ask in. */
	readonly listsTokens: Reading<boolean> | null;
}

export async function lookAtToken(
	{ account, signal, token }: Session,
	platform: Reading<Platform>,
): Promise<Reading<TokenFacts>> {
	const scope = await reading(account.tokenScope(signal), signal);
	if ('failure' in scope) return scope;
	if (scope.value !== null) return { value: { kind: 'project', workspaces: null, listsTokens: null } };
	const [person, workspaces, listsTokens] = await Promise.all([
		reading(account.person(signal), signal),
		reading(
			account.workspaces(signal).then((all) => all.length),
			signal,
		),
		'failure' in platform ? null : reading(platform.value.mayListTokens(signal), signal),
	]);
	if ('failure' in person) return person;
	const kind = token.origin === 'login' ? 'login' : person.value === null ? 'workspace' : 'account';
	return { value: { kind, workspaces, listsTokens } };
}
