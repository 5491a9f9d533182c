import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { notAuthorized, Refusal } from '../refusal.ts';
import { hashToken } from '../world/ids.ts';
import { deploymentOf, environmentOf, projectOf, serviceOf } from '../world/lookup.ts';
import type {
	DeploymentRow,
	EnvironmentRow,
	ProjectRow,
	ProjectTokenRow,
	ServiceRow,
	WorldData,
} from '../world/model.ts';

/** Who asks (facts §1.1). A header with an unknown token counts as none: public reads still work. */
export type Caller =
	| { readonly kind: 'account' | 'workspace'; readonly id: string }
	| { readonly kind: 'project'; readonly id: string; readonly token: ProjectTokenRow }
	| { readonly kind: 'nobody'; readonly id: string; readonly triedProjectToken: boolean };

export function identify(headers: IncomingHttpHeaders, data: WorldData): Caller {
	const projectToken = headers['project-access-token'];
	if (typeof projectToken === 'string') {
		const hash = hashToken(projectToken.trim());
		const token = Object.values(data.projectTokens).find((row) => same(row.hash, hash));
		return token ? { kind: 'project', id: token.id, token } : { kind: 'nobody', id: 'nobody', triedProjectToken: true };
	}
	const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1] ?? '';
	if (same(hashToken(bearer), hashToken(data.accountToken))) return { kind: 'account', id: 'account' };
	if (same(hashToken(bearer), hashToken(data.workspaceToken))) return { kind: 'workspace', id: 'workspace' };
	return { kind: 'nobody', id: 'nobody', triedProjectToken: false };
}

function same(a: string, b: string): boolean {
	return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

export function demandAccount(caller: Caller): void {
	if (caller.kind !== 'account') throw notAuthorized();
}

/** Account or workspace token: everything beyond one environment. */
export function demandBearer(caller: Caller): void {
	if (caller.kind !== 'account' && caller.kind !== 'workspace') throw notAuthorized();
}

export function demandProjectToken(caller: Caller): ProjectTokenRow {
	if (caller.kind === 'project') return caller.token;
	throw caller.kind === 'nobody' && !caller.triedProjectToken
		? notAuthorized()
		: new Refusal('Project Token not found');
}

export function demandProject(caller: Caller, data: WorldData, id: string): ProjectRow {
	if (caller.kind === 'nobody') throw notAuthorized();
	if (caller.kind === 'project' && caller.token.projectId !== id) throw notAuthorized();
	return projectOf(data, id);
}

/** A project token opens one environment (facts §1.1). */
export function demandEnvironment(caller: Caller, data: WorldData, id: string): EnvironmentRow {
	if (caller.kind === 'nobody') throw notAuthorized();
	if (caller.kind === 'project' && caller.token.environmentId !== id) throw notAuthorized();
	return environmentOf(data, id);
}

export function demandService(caller: Caller, data: WorldData, id: string): ServiceRow {
	if (caller.kind === 'nobody') throw notAuthorized();
	const service = serviceOf(data, id);
	demandProject(caller, data, service.projectId);
	return service;
}

export function demandDeployment(caller: Caller, data: WorldData, id: string): DeploymentRow {
	if (caller.kind === 'nobody') throw notAuthorized();
	const deployment = deploymentOf(data, id);
	demandEnvironment(caller, data, deployment.environmentId);
	return deployment;
}
