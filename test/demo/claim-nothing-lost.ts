import type { LoadReport } from '../support/load.ts';
import type { Story } from './story.ts';

/** What a deploy under load must not cost anybody. */
export function claimNothingLost(story: Story, report: LoadReport): void {
	const saw = report.complaints.join('; ');
	story.claims(`${report.requests} requests sent, ${report.failedRequests} failed`, report.failedRequests === 0, saw);
	story.claims(`${report.sockets} sockets open, ${report.lostSockets} lost`, report.lostSockets === 0, saw);
	story.claims(
		`${report.messages} messages counted, ${report.unansweredMessages} unanswered`,
		report.unansweredMessages === 0,
		saw,
	);
	const followed = `every process follows within ${Math.ceil(report.followedMs)} ms`;
	story.claims(`${report.wrongVersion} answered by the wrong version; ${followed}`, report.wrongVersion === 0, saw);
}
