import { awsClock, type Session } from '../adapters/session.ts';
import { stackName } from '../deployments/names.ts';
import { orGone } from '../platform/error-names.ts';
import { everyPage } from '../platform/pages.ts';

export interface ReaperRuns {
	/** When the function was made or changed, Unix ms; `null`: the stack has none. */
	readonly madeAt: number | null;
	/** Its runs within the last {@link windowMinutes}, newest last, and which of them failed. */
	readonly runs: readonly { readonly at: number; readonly failed: boolean }[];
	readonly windowMinutes: number;
}

const MINUTE_MS = 60_000;

/** By what Lambda writes of each run: whether it is called tells of its schedule, too. */
export async function lookAtReaper(session: Session, name: string, everyMinutes: number | null): Promise<ReaperRuns> {
	const { aws } = session;
	const windowMinutes = 3 * (everyMinutes ?? 1) + 5;
	const { StackResources: resources = [] } = await aws.cloudformation.describeStackResources({
		StackName: stackName(name),
	});
	const named = (type: string, logicalId: RegExp) =>
		resources.find((one) => one.ResourceType === type && logicalId.test(one.LogicalResourceId ?? ''));
	const reaper = named('AWS::Lambda::Function', /^Reaper/);
	const logGroupName = named('AWS::Logs::LogGroup', /^ReaperLog/)?.PhysicalResourceId;
	if (reaper === undefined || logGroupName === undefined) return { madeAt: null, runs: [], windowMinutes };
	const now = awsClock(session).now();
	const events = await orGone(
		everyPage(
			(nextToken) =>
				aws.logs.filterLogEvents({
					logGroupName,
					startTime: now - windowMinutes * MINUTE_MS,
					endTime: now + MINUTE_MS,
					...(nextToken === undefined ? {} : { nextToken }),
				}),
			(page) => page.nextToken,
			(page) => page.events,
		),
		'ResourceNotFoundException',
	);
	const lines = (events ?? []).map(({ timestamp = 0, message = '' }) => ({ at: timestamp, text: message }));
	return { madeAt: reaper.Timestamp?.getTime() ?? 0, runs: runsIn(lines), windowMinutes };
}

/** Lambda says `REPORT RequestId: …` at the end of each, with `Status: timeout` or `Status: error` where it failed. */
const REPORT = /^REPORT RequestId: /;
const FAILED = /\bStatus: (timeout|error)\b/;
/** What a run says of itself that did not do what it should. */
const TOLD = /"outcome":"failed"/;

function runsIn(lines: readonly { readonly at: number; readonly text: string }[]): ReaperRuns['runs'] {
	const told = lines.filter(({ text }) => TOLD.test(text));
	return lines
		.filter(({ text }) => REPORT.test(text))
		.sort((a, b) => a.at - b.at)
		.map(({ at, text }, index, all) => {
			const before = all[index - 1]?.at ?? 0;
			return { at, failed: FAILED.test(text) || told.some((line) => line.at > before && line.at <= at) };
		});
}
