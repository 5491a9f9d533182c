import type { Lane } from './lane.ts';

/** A deployment that another command is making. */
export interface InTheMaking {
	readonly id: string;
	/** Absent: it stops for no other. */
	readonly lane?: Lane | undefined;
}

/** What a plan says of whom it stops, and of whom it does not. */
export function supersedeFacts(making: readonly InTheMaking[], lane: Lane): readonly string[] {
	const [stops, goes] = [making.filter((one) => one.lane === lane), making.filter((one) => one.lane === undefined)];
	return [
		stops.length === 0
			? 'No deploy that it would stop is under way'
			: `Stops ${named(stops)}, which ${stops.length === 1 ? 'is' : 'are'} still being made`,
		...(goes.length === 0
			? []
			: [
					`Not stopped: ${named(goes)}, of an older version, with --over-later, or a rollback; the one started later wins`,
				]),
	];
}

export function supersedeTitle(making: readonly InTheMaking[], lane: Lane): string {
	const stops = making.filter((one) => one.lane === lane);
	const which = lane === 'deploys' ? 'deploys' : `deploys of the ${lane}`;
	return stops.length === 0 ? `Stop earlier ${which} that are still being made` : `Stop ${named(stops)}`;
}

const named = (making: readonly InTheMaking[]) => making.map(({ id }) => id).join(', ');
