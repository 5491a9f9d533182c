import { originText } from 'pulse-deploy-kit/settings';
import type { Session } from '../adapters/session.ts';
import type { TargetOrigins } from '../config/service-target.ts';
import type { RailwayToken } from '../config/token.ts';
import type { WhoamiRequest } from '../config/whoami.ts';
import { isPlatformError, PlatformError } from '../platform/error.ts';
import type { NamedId, TokenScope } from '../platform/port.ts';
import { serviceNamed } from '../stack/baseline.ts';
import { durableActiveId } from '../stack/durable.ts';
import { resolveTarget } from './resolve-target.ts';

/** What `whoami` tells; keys are stable, for scripts. No part of the token is in it. */
export interface WhoamiReport {
	readonly token_kind: 'project' | 'account' | 'workspace' | 'login';
	readonly token_from: string;
	/** E-mail address; `null`: the token belongs to no person. */
	readonly account: string | null;
	/** Empty for a project token. */
	readonly workspaces: readonly string[];
	/** What a command would work on; each `null` where nothing says which. */
	readonly project: Named | null;
	readonly environment: Named | null;
	readonly router_service: { readonly name: string; readonly from: string; readonly exists: boolean | null };
	/** As Railway has it. */
	readonly active_deployment_id: string | null;
	/** Replaces Railway's own API; `null`: that. */
	readonly api_url: string | null;
}

interface Named extends NamedId {
	readonly from: string;
}

/** Who the token speaks for, and which stack a command would touch; changes nothing. */
export async function whoami(session: Session, request: WhoamiRequest): Promise<WhoamiReport> {
	const { account, ports, signal, token, apiUrl } = session;
	const { target, routerService: name, origins } = request;
	const scope = await account.tokenScope(signal);
	const [person, workspaces] = scope === null ? await owner(session) : [null, []];
	const from = whence(origins, scope, target.remembered?.place);
	const known = await resolveTarget(target, account, signal, session.host);
	const seen = known === null ? null : await ports.openPlatform(known).observe(signal);
	const named = ({ id, name }: NamedId, from: string): Named => ({ id, name, from });
	return {
		token_kind: kindOf(token, scope, person),
		token_from: token.origin === 'flag' ? '--token' : token.origin === 'login' ? 'railway login' : token.origin,
		account: person,
		workspaces,
		project: seen && named(seen.project, from.project),
		environment: seen && named(seen.environment, from.environment),
		router_service: {
			name,
			from: originText(origins.service),
			exists: seen && serviceNamed(seen, name) !== undefined,
		},
		active_deployment_id: seen && durableActiveId(seen),
		api_url: apiUrl ?? null,
	};
}

/** Of a bearer token; Railway refuses one that it does not know at the first question. */
async function owner({ account, signal, token }: Session): Promise<[string | null, readonly string[]]> {
	try {
		const [person, workspaces] = await Promise.all([account.person(signal), account.workspaces(signal)]);
		return [person, workspaces.map(({ name }) => name)];
	} catch (error) {
		if (!isPlatformError(error, 'unauthorized')) throw error;
		throw new PlatformError('unauthorized', 'Not signed in: Railway does not accept the token.', {
			operation: error.operation,
			mayHaveHappened: false,
			next:
				token.origin === 'login' ? 'Run `railway login`.' : 'Copy a token anew from Railway, or run `railway login`.',
			cause: error,
		});
	}
}

function kindOf({ origin }: RailwayToken, scope: TokenScope | null, person: string | null): WhoamiReport['token_kind'] {
	if (scope !== null) return 'project';
	if (origin === 'login') return 'login';
	return person === null ? 'workspace' : 'account';
}

/** A name that was typed goes before an id from elsewhere, as for every command. */
function whence(origins: TargetOrigins, scope: TokenScope | null, remembered: string | undefined) {
	const by = (name: 'project' | 'environment', otherwise: string) => {
		const typed = origins[name]?.from === 'flag' ? origins[name] : undefined;
		const origin = typed ?? origins[`${name}Id`] ?? origins[name];
		return origin === undefined ? otherwise : originText(origin);
	};
	const named = origins.project ?? origins.projectId;
	const kept = scope === null && named === undefined ? remembered : undefined;
	return {
		project: by('project', kept ?? 'the token'),
		environment: by('environment', scope === null ? (kept ?? 'the default') : 'the token'),
	};
}
