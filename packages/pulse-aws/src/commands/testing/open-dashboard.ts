import { systemClock } from 'pulse-deploy-kit/clock';
import type { DashboardView } from 'pulse-deploy-kit/dashboard/view';
import type { Session } from '../../adapters/session.ts';
import { dashboard } from '../dashboard.ts';
import { rollback } from '../rollback.ts';
import { rollbackRedeploy } from '../rollback-redeploy.ts';

/** A page's own questions, without a browser. */
export interface OpenPage {
	/** What it was told last, by event. */
	readonly last: Readonly<Record<string, unknown>>;
	view(): DashboardView;
	/** The status. */
	post(path: string, body: unknown): Promise<number>;
}

/** A dashboard that rolls back by the command itself, and pages of it; both end with the signal. */
export async function openDashboard(session: Session, deploymentName: string, signal: AbortSignal) {
	let tell = (_address: string) => {};
	const address = new Promise<string>((resolve) => {
		tell = resolve;
	});
	const ended = dashboard(
		// The page takes the machine's time, and what AWS has written down is of the account's.
		{ ...session, signal, clock: systemClock, awsNow: session.awsNow ?? (() => session.clock.now()) },
		{
			deploymentName,
			port: 0,
			open: false,
			onAddress: (given) => tell(given),
			carryOut: async ({ verb, id }, host, signal) => {
				const command = verb === 'redeploy' ? rollbackRedeploy : rollback;
				const { result } = await command(
					{ ...session, signal, host },
					{ deploymentName, deploymentId: id, dryRun: false },
				);
				return { json: result, text: `${result?.deployment_id} is active again.` };
			},
		},
	);
	const given = await Promise.race([address, ended.then(() => Promise.reject(new Error('the dashboard ended')))]);
	return { ended, address: given, page: () => openPage(given, signal) };
}

async function openPage(address: string, signal: AbortSignal): Promise<OpenPage> {
	const { origin, hash } = new URL(address);
	const authorization = `Bearer ${hash.slice(1)}`;
	const last: Record<string, unknown> = {};
	const response = await fetch(`${origin}/events`, { headers: { authorization }, signal });
	const read = async () => {
		let text = '';
		for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
			text += chunk;
			for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
				const [, event = '', data = 'null'] = /^event: (\w+)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? [];
				text = text.slice(end + 2);
				last[event] = JSON.parse(data);
			}
		}
	};
	// The signal ends it in the middle.
	read().catch(() => {});
	return {
		last,
		view: () => last.view as DashboardView,
		async post(path, body) {
			const headers = { authorization, origin, 'content-type': 'application/json' };
			return (await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
		},
	};
}
