import type { LogLine } from 'pulse-deploy-kit/logs/log-line';
import type { Aws } from './aws.ts';
import { everyPage } from './pages.ts';

/** What all tasks and containers of a deployment wrote between two times, oldest first; Unix milliseconds. */
export async function readLogEvents(
	aws: Pick<Aws, 'logs'>,
	where: { readonly group: string; readonly deployment: string },
	from: number,
	until: number,
): Promise<readonly LogLine[]> {
	const prefix = `${where.deployment}/`;
	const events = await everyPage(
		// A page may be empty although further ones are not.
		(nextToken) =>
			aws.logs.filterLogEvents({
				logGroupName: where.group,
				logStreamNamePrefix: prefix,
				startTime: from,
				endTime: until,
				...(nextToken === undefined ? {} : { nextToken }),
			}),
		(page) => page.nextToken,
		(page) => page.events,
	);
	// An emulator may answer with every stream of the group.
	const own = events.filter(({ logStreamName = prefix }) => logStreamName.startsWith(prefix));
	const lines = own.map(({ timestamp = 0, message = '', eventId }) => ({
		at: timestamp,
		text: message,
		...(eventId === undefined ? {} : { id: eventId }),
	}));
	return lines.sort((a, b) => a.at - b.at);
}
