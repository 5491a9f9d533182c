import { momentText } from '../moment.ts';
import type { DashboardFacts } from './facts.ts';
import { offersAgain } from './offers.ts';
import type { NextLine, People, VersionFacts, WayBack } from './view.ts';

/** The number with its noun: `3 people`, `1 person`, `an unknown number of people`. */
export function peopleText({ total }: People): string {
	if (total === null) return 'an unknown number of people';
	if (total === 0) return 'nobody';
	return total === 1 ? '1 person' : `${total} people`;
}

/** What happens next, first things first. */
export function nextLines(facts: DashboardFacts): readonly NextLine[] {
	const { versions, activeId, underWay, canary, tool } = facts;
	const said = (text: string): NextLine => ({ text, at: null });
	if (versions.length === 0 && underWay === null) return [said(`Nothing is deployed yet. First: ${tool} deploy`)];
	return [
		...(underWay === null ? [] : [said(`Under way: ${underWay}`)]),
		...(canary === null ? [] : [said(canary)]),
		...(activeId === null
			? [said('No version is active: new visitors get none.')]
			: [said(`${canary === null ? 'New' : 'All other new'} visitors get ${activeId}.`)]),
		...versions
			.filter(({ id, state }) => id !== activeId && state !== 'canary')
			.map((version) => ({ ...keptLine(version, facts), text: `${version.id}: ${keptLine(version, facts).text}` })),
	];
}

/** Why a version is there, and for how long. */
export function keptLine(version: VersionFacts, facts: Pick<DashboardFacts, 'activeId' | 'at' | 'cleaner'>): NextLine {
	const { activeId, at: now, cleaner } = facts;
	const { state, people, leaveBy, recalled, decision } = version;
	const line = (text: string, at: number | null = null): NextLine => ({ text, at });
	const by = (at: number) => momentText(at, now);
	if (version.id === activeId) return line('New visitors get it.');
	if (state === 'canary') return line('A share of new visitors gets it.');
	if (state === 'pending') return line('It is being made, or was left half-made; nobody gets it yet.');
	if (state === 'preview') {
		const until = decision?.until ?? null;
		return line(`a preview: its own address alone leads to it${until === null ? '' : `, until ${by(until)}`}.`, until);
	}
	if (leaveBy !== null) {
		const what = recalled ? 'recalled' : 'drained';
		if (leaveBy <= now) return line(`${what}; its time is over, and ${cleaner}'s next run deletes it.`);
		const whom = people.total === 0 ? 'nobody is left on it' : `${peopleText(people)} left`;
		return line(`${what}: ${whom}; whoever still is there moves by ${by(leaveBy)}.`, leaveBy);
	}
	if (decision === null) return line('What becomes of it is not known.');
	const { reason, detail, until } = decision;
	if (decision.action === 'delete') return line(`deleted by ${cleaner}'s next run (${reason.replaceAll('_', ' ')}).`);
	const latest = until === null ? '' : `, at the latest ${by(until)}`;
	if (reason === 'rollback_window')
		return line(`nobody is on it; it stays to go back to until ${until === null ? 'later' : by(until)}.`, until);
	if (reason === 'still_active') {
		const whom = people.total ? `the ${peopleText(people)} on it` : (detail ?? 'whoever is on it');
		return line(`stays for ${whom}, and is deleted when nobody is left${latest}.`, until);
	}
	if (reason === 'grace') return line(`people have just left; deleted soon if nobody comes back${latest}.`, until);
	const why = [reason.replaceAll('_', ' '), detail].filter((part) => part !== null).join(': ');
	return line(`stays (${why})${latest}.`, until);
}

/** How to undo the last change of version. */
export function wayBack(facts: DashboardFacts): WayBack {
	const again = offersAgain(facts);
	return { ...wayInWords(facts, again[0]?.id), again };
}

function wayInWords(
	{ rollbackTo, activeId, at, tool, canary, versions }: DashboardFacts,
	startable: string | undefined,
): Omit<WayBack, 'again'> {
	const terminal = `The same in a terminal: ${tool} rollback`;
	if (rollbackTo === null) {
		const none = { id: null, label: '' };
		if (activeId === null) return { ...none, text: 'Nothing is active yet: there is nothing to go back to.' };
		if (startable === undefined)
			return { ...none, text: `No version from before ${activeId} is there any more: there is nothing to go back to.` };
		const how = 'That takes as long as a deploy; until it answers, new visitors stay where they are.';
		return {
			...none,
			text: `No version from before ${activeId} runs any more; an earlier one can be started again. ${how} ${terminal} --redeploy ${startable}`,
		};
	}
	if (rollbackTo === activeId) {
		const what =
			canary === null
				? `What was begun is brought to its end: new visitors get ${activeId}`
				: `All new visitors get ${activeId} again`;
		return {
			id: rollbackTo,
			label: canary === null ? `Roll back to ${rollbackTo}` : 'End the canary',
			text: `${what} within a second or two; whoever is on a page stays where they are. ${terminal}`,
		};
	}
	const target = versions.find(({ id }) => id === rollbackTo);
	const until = target?.rollbackUntil ?? null;
	const stays = until === null ? '' : ` ${rollbackTo} stays for that until ${momentText(until, at)} at least.`;
	return {
		id: rollbackTo,
		label: `Roll back to ${rollbackTo}`,
		text: `New visitors get ${rollbackTo} again within a second or two; whoever is on a page stays where they are.${stays} ${terminal}`,
	};
}
