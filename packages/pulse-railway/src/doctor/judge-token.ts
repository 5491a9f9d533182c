import { type Check, failed, failure, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import type { DoctorFacts } from './facts.ts';
import type { TokenFacts } from './look-at-token.ts';

const KINDS = {
	project: 'a project token',
	account: 'an account token',
	workspace: 'a workspace token',
	login: 'the login of the Railway CLI',
} as const;

/** Whose token it is, what it may do as far as reads tell, and whether the janitor's own still opens the project. */
export function judgeToken(facts: DoctorFacts): readonly Check[] {
	const { token } = facts;
	if ('failure' in token)
		return [failure('token', token.failure), skipped('token-rights', 'the token is not known'), judgeJanitor(facts)];
	const { kind } = token.value;
	return [passed('token', KINDS[kind], { kind }), judgeRights(token.value, facts), judgeJanitor(facts)];
}

function judgeRights(token: TokenFacts, { observation }: DoctorFacts): Check {
	const { kind, workspaces, listsTokens } = token;
	const config = 'value' in observation ? (observation.value.config ?? null) : null;
	const opens = workspaces !== null && 'value' in workspaces ? workspaces.value : null;
	const lists = listsTokens !== null && 'value' in listsTokens ? listsTokens.value : null;
	const measured = { kind, config, workspaces: opens, listsTokens: lists };
	if ('failure' in observation) return skipped('token-rights', 'the project cannot be read');
	const reads = `reads the environment${config === 'refused' ? ', though not its configuration' : ''}`;
	if (kind === 'project') {
		const found = `${reads}; init of a new project and making the janitor a token take an account or workspace token`;
		return passed('token-rights', found, measured);
	}
	if (lists === false) {
		const next = 'init and upgrade make the janitor a token: give a token of an admin of the workspace for these.';
		return warned('token-rights', `${reads}, and may not list the project's tokens`, next, measured);
	}
	if (opens === 0)
		return warned('token-rights', `${reads}, and opens no workspace`, 'init makes a project in one.', measured);
	return passed('token-rights', `${reads}${lists ? ", and lists the project's tokens" : ''}`, measured);
}

function judgeJanitor({ janitorConfined, observation, names }: DoctorFacts): Check {
	if ('failure' in observation) return skipped('janitor-token', 'the project cannot be read');
	if ('failure' in janitorConfined) return skipped('janitor-token', janitorConfined.failure.text);
	if (janitorConfined.value === null) return skipped('janitor-token', 'it cannot be read, or there is none');
	if (janitorConfined.value) return passed('janitor-token', 'opens this project alone');
	const found = `the token of ${names.janitor} does not open this project: it was deleted on Railway, or is another kind`;
	const next = 'Run pulse-railway upgrade with an account or workspace token, which makes a new one.';
	return failed('janitor-token', found, next);
}
