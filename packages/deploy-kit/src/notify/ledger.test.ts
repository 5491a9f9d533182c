import { expect, test } from 'vitest';
import { backoffMs, claimNext, type Ledger, SLACK_MS, settle, tellNobody } from './ledger.ts';
import { decodeLedger, encodeLedger } from './ledger-json.ts';
import type { Notice } from './notice.ts';

const NOW = 1_000_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SENDER = { tells: 'ops', startedAt: NOW - 1 };

const happened = (key: string, at: number): Notice => ({
	key,
	at,
	type: 'deployment.deployed',
	data: { deployment_id: key },
});
const told = (past: readonly Notice[], standing: readonly Notice[] | null = []) => ({ past, standing });

/** Sends all that is due at `now`. */
function drain(ledger: Ledger | null, tidings: ReturnType<typeof told>, now: number, settles = true) {
	const keys: string[] = [];
	let current = ledger;
	for (;;) {
		const claim = claimNext(current, tidings, SENDER, now);
		current = claim.ledger;
		if (claim.due === null) return { keys, ledger: current, dropped: claim.dropped };
		keys.push(claim.due.notice.key);
		if (settles) current = settle(current, claim.due.notice.key);
	}
}

test('what happened is due once, the oldest first, also after it was written and read again', () => {
	const past = [happened('one', NOW - 2 * MINUTE), happened('two', NOW - MINUTE)];
	const first = drain(null, told(past), NOW);
	expect(first.keys).toEqual(['one', 'two']);
	const read = decodeLedger(encodeLedger(first.ledger));
	expect(drain(read, told([...past, happened('three', NOW)]), NOW + MINUTE).keys).toEqual(['three']);
});

test('of what happened before anybody was to be told, the last hour is told of', () => {
	const past = [happened('long ago', NOW - 2 * HOUR), happened('just now', NOW - MINUTE)];
	expect(drain(null, told(past), NOW).keys).toEqual(['just now']);
});

test('a sender that dies after its claim leaves the notice to the next one, a minute later', () => {
	const past = [happened('one', NOW - MINUTE)];
	const { ledger } = claimNext(null, told(past), SENDER, NOW);
	expect(claimNext(ledger, told(past), SENDER, NOW + MINUTE - 1).due).toBeNull();
	expect(claimNext(ledger, told(past), SENDER, NOW + MINUTE).due).toMatchObject({ attempt: 2, notice: { key: 'one' } });
});

test('a receiver that is away for a day gets all of it, and is asked less and less often', () => {
	const past = [happened('one', NOW), happened('two', NOW + HOUR)];
	let ledger: Ledger | null = null;
	let attempts = 0;
	for (let now = NOW; now < NOW + 24 * HOUR; now += MINUTE) {
		const tried = drain(ledger, told(past.filter(({ at }) => at <= now)), now, false);
		attempts += tried.keys.length;
		ledger = tried.ledger;
	}
	expect(attempts).toBeLessThan(80);
	expect(drain(ledger, told(past), NOW + 25 * HOUR).keys).toEqual(['one', 'two']);
	expect([1, 2, 7, 40].map((attempt) => backoffMs(attempt) / MINUTE)).toEqual([1, 2, 60, 60]);
});

test('what could not be delivered for three days is given up, and said so', () => {
	const past = [happened('one', NOW)];
	const { ledger } = claimNext(null, told(past), SENDER, NOW);
	const later = claimNext(ledger, told(past), SENDER, NOW + 73 * HOUR);
	expect(later).toMatchObject({ due: null, dropped: ['one'], ledger: { waiting: [] } });
	expect(drain(later.ledger, told(past), NOW + 74 * HOUR)).toMatchObject({ keys: [], dropped: [] });
});

test('what still stands is told although it began more than three days ago, and given up after as long', () => {
	const kept = happened('kept-a-1', NOW - 100 * HOUR);
	let { ledger, keys } = drain(null, told([], [kept]), NOW, false);
	expect(keys).toEqual(['kept-a-1']);
	for (let now = NOW; now < NOW + 71 * HOUR; now += HOUR) ledger = drain(ledger, told([], [kept]), now, false).ledger;
	expect(ledger?.waiting.map(({ key }) => key)).toEqual(['kept-a-1']);
	for (let now = NOW; now < NOW + 10 * HOUR; now += HOUR)
		ledger = drain(ledger, told([], [kept]), now + 71 * HOUR, false).ledger;
	expect(ledger?.waiting).toEqual([]);
	expect(drain(ledger, told([], [kept]), NOW + 100 * HOUR).keys).toEqual([]);
});

test('what does not stand any more is not told', () => {
	const kept = happened('kept-a-1', NOW - 100 * HOUR);
	const { ledger } = drain(null, told([], [kept]), NOW, false);
	expect(drain(ledger, told([], []), NOW + HOUR)).toMatchObject({ keys: [], dropped: ['kept-a-1'] });
});

test('clocks that differ by minutes hide nothing and repeat nothing', () => {
	const ahead = happened('ahead', NOW + 3 * HOUR);
	const first = drain(null, told([ahead]), NOW);
	const behind = happened('behind', NOW - SLACK_MS + 1_000);
	const second = drain(first.ledger, told([ahead, behind]), NOW + MINUTE);
	expect([first.keys, second.keys]).toEqual([['ahead'], ['behind']]);
	const third = drain(second.ledger, told([ahead, behind, happened('then', NOW + 4 * HOUR)]), NOW + 4 * HOUR);
	expect(third.keys).toEqual(['then']);
});

test('what stands is told once while it stands, and again only when it began anew', () => {
	const kept = happened('kept-a-1', NOW - 5 * HOUR);
	const first = drain(null, told([], [kept]), NOW);
	const later = drain(first.ledger, told([], [kept]), NOW + 30 * HOUR);
	expect([first.keys, later.keys]).toEqual([['kept-a-1'], []]);
	const gone = drain(later.ledger, told([], []), NOW + 31 * HOUR);
	expect(gone.ledger.standing).toEqual([]);
	expect(drain(gone.ledger, told([], [happened('kept-a-2', NOW + 32 * HOUR)]), NOW + 32 * HOUR).keys).toEqual([
		'kept-a-2',
	]);
});

test('a sender that cannot tell what stands neither forgets nor drops it', () => {
	const kept = happened('kept-a-1', NOW - 5 * HOUR);
	const claimed = claimNext(null, told([], [kept]), SENDER, NOW).ledger;
	const seen = drain(claimed, told([happened('one', NOW)], null), NOW + 2 * MINUTE);
	expect(seen).toMatchObject({ keys: ['one'], dropped: [] });
	expect(drain(seen.ledger, told([happened('one', NOW)], [kept]), NOW + 2 * MINUTE).keys).toEqual(['kept-a-1']);
});

test('while nobody is to be told, what waits is dropped and what happens is never sent', () => {
	const past = [happened('one', NOW)];
	const { ledger } = claimNext(null, told(past), SENDER, NOW);
	const off = tellNobody(ledger, told([...past, happened('two', NOW + HOUR)], null), NOW, NOW + HOUR);
	const again = told([...past, happened('two', NOW + HOUR), happened('three', NOW + 2 * HOUR)]);
	expect(drain(off, again, NOW + 2 * HOUR).keys).toEqual([]);
	const on = claimNext(off, again, { tells: 'ops', startedAt: NOW + 90 * MINUTE }, NOW + 2 * HOUR);
	expect(on.due?.notice.key).toBe('three');
});

test('while a process that was told of another receiver still runs, only the one that started later sends', () => {
	const past = [happened('one', NOW)];
	const old = { tells: 'old', startedAt: NOW - HOUR };
	const before = claimNext(null, told([]), old, NOW).ledger;
	const after = claimNext(before, told([]), SENDER, NOW).ledger;
	expect(claimNext(after, told(past), old, NOW)).toEqual({ ledger: after, due: null, dropped: [] });
	expect(claimNext(after, told(past), SENDER, NOW).due?.notice.key).toBe('one');
});

test('what no version of this tool wrote is taken for nothing', () => {
	expect(['', 'null', '[]', '{"t":1}', '{"t":"1","k":[],"s":[],"w":[]}', null].map(decodeLedger)).toEqual(
		Array(6).fill(null),
	);
	expect(decodeLedger('{"t":1,"k":["a",2],"s":[{}],"d":["ops",3],"w":[["a",1,2],["b"],null]}')).toEqual({
		through: 1,
		taken: ['a'],
		standing: [],
		sender: { tells: 'ops', startedAt: 3 },
		waiting: [{ key: 'a', attempts: 1, nextAt: 2 }],
	});
});
