import type { Outbox } from 'pulse-deploy-kit/notify/deliver';
import { type Claim, claimNext, type Ledger, settle, tellNobody } from 'pulse-deploy-kit/notify/ledger';
import { decodeLedger, encodeLedger } from 'pulse-deploy-kit/notify/ledger-json';
import type { Tidings } from 'pulse-deploy-kit/notify/notice';
import { decodeHistory } from '../deployments/history.ts';
import { type NoticeTerms, noticesFrom } from '../deployments/notices.ts';
import { decodeRecord } from '../deployments/record-json.ts';
import { valueAt } from './atomic-kv.ts';
import { retryUntilCommitted, type StoreContext } from './transact.ts';

export function openOutbox(context: StoreContext, terms: NoticeTerms): Outbox {
	return {
		claim: () => change(context, terms, (ledger, tidings, now) => claimNext(ledger, tidings, terms.sender, now)),
		settle: async (key) => {
			await change(context, terms, (ledger) => ({ ledger: ledger === null ? null : settle(ledger, key) }));
		},
	};
}

export async function tellNobodyOf(context: StoreContext, startedAt: number): Promise<void> {
	await change(context, { kept: null }, (ledger, tidings, now) => ({
		ledger: ledger === null ? null : tellNobody(ledger, tidings, startedAt, now),
	}));
}

/** One atomic step. The history only grows: what is written to it meanwhile is taken in by the next one. */
async function change<T extends { readonly ledger: Ledger | null } | Claim>(
	context: StoreContext,
	terms: Pick<NoticeTerms, 'kept'>,
	transition: (ledger: Ledger | null, tidings: Tidings, now: number) => T,
): Promise<T> {
	const { backend, keys, clock } = context;
	return retryUntilCommitted<T>(context, async () => {
		const view = await backend.read([keys.history, keys.notices], [keys.deployments]);
		const written = valueAt(view, keys.notices);
		const members = view.groups.get(keys.deployments.prefix) ?? [];
		const records = [...members].flatMap(([id, json]) => decodeRecord(id, json) ?? []);
		const now = clock.now();
		const tidings = noticesFrom(decodeHistory(valueAt(view, keys.history)), records, terms, now);
		const result = transition(decodeLedger(written), tidings, now);
		const next = result.ledger === null ? null : encodeLedger(result.ledger);
		if (next === null || next === written) return result;
		const expect = new Map([[keys.notices, written]]);
		return (await backend.commit({ expect, put: [{ key: keys.notices, value: next }] })) ? result : null;
	});
}
