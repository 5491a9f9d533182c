import type { Deployment } from '../deployments/deployment.ts';
import type { ReaperFacts, ReaperPolicy } from './facts.ts';
import { leased } from './orphans.ts';

/**
 * Revisions that no service runs, beyond the newest ones. What a preview ran on is of no use once that is gone, and what a
 * command is making may yet be a preview: neither takes one of the places that `rollback --redeploy` goes back to.
 */
export function surplusTaskDefinitions(facts: ReaperFacts, policy: ReaperPolicy, now: number): string[] {
	const { taskDefinitions, past } = facts;
	if (past === null) return [];
	const running = new Map(facts.deployments.map((one) => [one.taskDefinitionArn, one.id]));
	const idOf = (arn: string) => running.get(arn) ?? past?.idOf.get(arn) ?? '';
	const aside = asideOf(facts, now);
	const kept = new Set(taskDefinitions.filter((arn) => !aside(idOf(arn))).slice(0, policy.keepRevisions));
	const making = new Set(leased(facts, now));
	return taskDefinitions.filter((arn) => !kept.has(arn) && !running.has(arn) && !making.has(idOf(arn)));
}

/**
 * Images that no living deployment was made of, beyond the newest ones, previews apart: ECS pulls again whenever it replaces a
 * task. One that is being made anew of an earlier version has its tag on an image as old as that, and no service yet.
 */
export function surplusImages(facts: ReaperFacts, policy: ReaperPolicy, now: number): string[] {
	if (facts.past === null) return [];
	const living = new Set([...facts.deployments.map((deployment) => deployment.id), ...leased(facts, now)]);
	const newestFirst = [...facts.images].sort((a, b) => b.pushedAt - a.pushedAt).map(({ tag }) => tag);
	const aside = asideOf(facts, now);
	const kept = new Set(newestFirst.filter((tag) => !aside(tag)).slice(0, policy.keepRevisions));
	return newestFirst.filter((tag) => !kept.has(tag) && !living.has(tag));
}

/** Whether the version of an id takes no place among the newest ones. A lease also stands for a while after its deploy is done. */
function asideOf(facts: ReaperFacts, now: number): (id: string) => boolean {
	const { deployments, past } = facts;
	const isAside = ({ state }: Deployment) => state === 'preview' || state === 'deploying';
	const settled = new Set(deployments.filter((one) => !isAside(one)).map(({ id }) => id));
	const making = leased(facts, now).filter((id) => !settled.has(id));
	const aside = new Set([...deployments.filter(isAside).map(({ id }) => id), ...making, ...(past?.previews ?? [])]);
	return (id) => aside.has(id);
}
